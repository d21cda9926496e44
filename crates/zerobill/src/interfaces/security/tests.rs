//! What is accepted, and that nothing else is: tokens, signatures, ciphertexts, requests and keys.

#[cfg(not(feature = "jwt"))]
mod absent;
mod bench;
mod ciphertexts;
mod free;
#[cfg(feature = "jwt")]
mod key_sets;
#[cfg(all(feature = "jwt", feature = "http"))]
mod key_sets_by_url;
mod masking;
mod requests;
mod settings;
mod signatures;
#[cfg(feature = "jwt")]
mod tokens;
