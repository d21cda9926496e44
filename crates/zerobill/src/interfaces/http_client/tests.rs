//! What the client promises: nothing done twice, nothing shown, nothing without end.
