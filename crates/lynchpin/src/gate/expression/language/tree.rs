//! An expression that was checked: every node has the type that its parent asks for.

/// A node, and the byte of the expression at which it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) make: Make,
}

/// What a node comes to.
#[derive(Clone, Debug)]
pub(super) enum Make {
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Node>),
    /// A record, or a list of them, that is always there.
    Global(Global),
    /// The item that a macro is at.
    Item,
    /// A field of a record.
    Field(Box<Node>, &'static str),
    /// Whether a field of a record is said.
    Has(Box<Node>, &'static str),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// The length of a text or of a list.
    Length(Box<Node>),
    Pair(Operator, Box<[Node; 2]>),
    /// The second if the first holds, else the third.
    Choice(Box<[Node; 3]>),
    /// What a macro makes of a list: what it runs over, whom it asks, and what it takes of each.
    Loop(Loop, Box<Node>, Option<Box<Node>>, Option<Box<Node>>),
}

/// What there is without asking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    Change,
    Changes,
    Release,
    Services,
    Stage,
}

/// An operator, or a function, of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Index,
    Number(Number),
    Test(Test),
}

/// What makes a number of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What asks something of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Equal,
    Differs,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    Begins,
    Ends,
    Contains,
}

/// A macro that runs over a list. The first three ask something of each item, the last takes
/// something of those that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    All,
    Exists,
    ExistsOne,
    Collect,
}
