//! Turns the registration list into fields, accessors and the catalogue. It holds no logic.

macro_rules! interfaces {
    ($config:ident: $config_service:ty; $($name:ident: $service:ty [$($above:ident),*]),* $(,)?) => {
        /// One of each interface. What an interface uses of those above it is handed to it, and no more.
        pub(crate) struct Interfaces {
            $config: $config_service,
            $($name: $service,)*
        }

        impl Interfaces {
            pub(crate) fn new(base: &Base, $config: $config_service) -> Self {
                $(let $name = <$service>::new(base, $($above.clone()),*);)*
                Self { $config, $($name,)* }
            }

            pub(crate) fn $config(&self) -> &$config_service {
                &self.$config
            }

            $(
                pub(crate) fn $name(&self) -> &$service {
                    &self.$name
                }
            )*

            pub(crate) fn services(&self) -> impl DoubleEndedIterator<Item = (&'static str, &dyn Service)> {
                [
                    (stringify!($config), &self.$config as &dyn Service),
                    $((stringify!($name), &self.$name as &dyn Service),)*
                ]
                .into_iter()
            }
        }

        /// The place of each interface in the list.
        #[derive(Clone, Copy, Debug)]
        #[expect(non_camel_case_types, reason = "they are the interfaces' names")]
        pub(crate) enum Place {
            $config,
            $($name,)*
        }

        impl Gateway {
            #[doc = concat!("The `", stringify!($config), "` interface: see [`", stringify!($config_service), "`].")]
            #[inline]
            pub fn $config(&self) -> &$config_service {
                invocation::mark(self, Place::$config);
                self.interfaces().$config()
            }

            $(
                #[doc = concat!("The `", stringify!($name), "` interface: see [`", stringify!($service), "`].")]
                #[inline]
                pub fn $name(&self) -> &$service {
                    invocation::mark(self, Place::$name);
                    self.interfaces().$name()
                }
            )*
        }

        /// Every interface, in layer order.
        pub const CATALOGUE: &[InterfaceRow] = &[
            InterfaceRow {
                name: stringify!($config),
                doc: $config::DOC,
                operations: $config::OPERATIONS,
                settings: $config::SETTINGS,
            },
            $(InterfaceRow {
                name: stringify!($name),
                doc: $name::DOC,
                operations: $name::OPERATIONS,
                settings: $name::SETTINGS,
            },)*
        ];
    };
}
