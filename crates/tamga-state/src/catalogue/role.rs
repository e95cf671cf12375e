//! Who writes records: roles, and the roles that organisations themselves act in (spec §15.2).

macro_rules! coded {
    ($(#[$doc:meta])* $enum:ident { $($(#[$each:meta])* $name:ident = $code:literal $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $enum {
            $($(#[$each])* $name = $code,)*
        }

        impl $enum {
            /// Every value, by code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Every name, by code.
            pub const NAMES: &'static [&'static str] = &[$($text,)*];

            /// The number in statuses.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $code,)* }
            }

            /// The word in records and texts.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The value with a number.
            #[must_use]
            pub const fn from_code(code: u64) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// The value with a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// The role in which somebody writes.
    WriterRole {
        /// A private bailiff (ЧСИ).
        PrivateBailiff = 1 "PRIVATE_BAILIFF";
        /// A state bailiff (ГСИ).
        StateBailiff = 2 "STATE_BAILIFF";
        /// The robot bailiff.
        SystemRobot = 3 "SYSTEM_ROBOT";
        /// A regional chamber of private bailiffs.
        RegionalChamber = 4 "REGIONAL_CHAMBER";
        /// The republican chamber of private bailiffs.
        RepublicanChamber = 5 "REPUBLICAN_CHAMBER";
        /// The authorised body of the ministry.
        AuthorisedBody = 6 "AUTHORISED_BODY";
        /// A court.
        Court = 7 "COURT";
        /// A prosecutor.
        Prosecutor = 8 "PROSECUTOR";
        /// A body that issues executive documents.
        IssuingBody = 9 "ISSUING_BODY";
        /// A claimant.
        Claimant = 10 "CLAIMANT";
        /// A debtor.
        Debtor = 11 "DEBTOR";
        /// A third person.
        ThirdParty = 12 "THIRD_PARTY";
        /// The operator of the state enforcement system.
        Operator = 13 "OPERATOR";
        /// A bank's gateway.
        BankGateway = 14 "BANK_GATEWAY";
        /// The electronic trading platform.
        Uetp = 15 "UETP";
        /// A collective management organisation.
        Cmo = 16 "CMO";
        /// A user of works.
        User = 17 "USER";
        /// A holder of rights.
        Rightsholder = 18 "RIGHTSHOLDER";
    }
}

impl WriterRole {
    /// Whether officers of this role have cases assigned to them.
    #[must_use]
    pub const fn is_enforcer(self) -> bool {
        matches!(self, Self::PrivateBailiff | Self::StateBailiff | Self::SystemRobot)
    }

    /// Whether a machine writes, which must name the organisation that answers for it.
    #[must_use]
    pub const fn is_machine(self) -> bool {
        matches!(self, Self::SystemRobot | Self::BankGateway)
    }

    /// Whether it may enter organisations, officers and keys into the registry.
    #[must_use]
    pub const fn is_registrar(self) -> bool {
        matches!(
            self,
            Self::AuthorisedBody | Self::Operator | Self::RegionalChamber | Self::RepublicanChamber
        )
    }
}

coded! {
    /// What an organisation is.
    OrganisationKind {
        /// The authorised body of the ministry.
        AuthorisedBody = 1 "AUTHORISED_BODY";
        /// The republican chamber.
        RepublicanChamber = 2 "REPUBLICAN_CHAMBER";
        /// A regional chamber.
        Chamber = 3 "CHAMBER";
        /// A court.
        Court = 4 "COURT";
        /// A department of the state.
        Department = 5 "DEPARTMENT";
        /// A collective management organisation (ОКУП).
        Cmo = 6 "CMO";
        /// A user of works, or another organisation.
        User = 7 "USER";
        /// A bank.
        Bank = 8 "BANK";
        /// An operator's platform.
        Platform = 9 "PLATFORM";
    }
}

impl OrganisationKind {
    /// The role in which the organisation itself writes, with a key of its own.
    #[must_use]
    pub const fn writer_role(self) -> WriterRole {
        match self {
            Self::AuthorisedBody => WriterRole::AuthorisedBody,
            Self::RepublicanChamber => WriterRole::RepublicanChamber,
            Self::Chamber => WriterRole::RegionalChamber,
            Self::Court => WriterRole::Court,
            Self::Department => WriterRole::IssuingBody,
            Self::Cmo => WriterRole::Cmo,
            Self::User => WriterRole::User,
            Self::Bank => WriterRole::BankGateway,
            Self::Platform => WriterRole::Operator,
        }
    }
}
