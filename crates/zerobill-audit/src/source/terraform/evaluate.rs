//! The values of HCL expressions, as far as they can be known before a plan.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

use hcl_edit::{
    expr::{BinaryOperator, Expression, Object, ObjectKey, Traversal, TraversalOperator, UnaryOperator},
    template::{Element, Template},
};

use super::functions;
use crate::{
    node::{Entry, Node, Value},
    rules::count,
};

/// How many expressions one module may come to: locals can multiply each other.
const BUDGET: usize = 1_000_000;

/// How many variables and locals may wait for each other.
const MOST_OPEN: usize = 50;

/// What names stand for in a module.
pub(super) struct Scope<'a> {
    variables: HashMap<&'a str, &'a Expression>,
    locals: HashMap<&'a str, &'a Expression>,
    given: HashMap<String, Node>,
    /// Variables and locals that are being evaluated, such as `("var", "stage")`: one that needs itself is not known. Terraform lets
    /// no variable refer to anything, but a file may have it all the same.
    open: RefCell<HashSet<(&'static str, &'a str)>>,
    left: RefCell<usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        variables: HashMap<&'a str, &'a Expression>,
        locals: HashMap<&'a str, &'a Expression>,
        given: HashMap<String, Node>,
    ) -> Self {
        Self {
            variables,
            locals,
            given,
            open: RefCell::default(),
            left: RefCell::new(BUDGET),
        }
    }

    /// The value of an expression.
    pub(super) fn evaluate(&self, expression: &Expression, line: usize) -> Node {
        {
            let mut left = self.left.borrow_mut();
            if *left == 0 {
                return Node::new(line, Value::Unknown);
            }
            *left -= 1;
        }
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(on) => Value::Bool(*on.value()),
            Expression::Number(number) => number.value().as_f64().map_or(Value::Unknown, Value::Number),
            Expression::String(text) => Value::Text(text.value().clone()),
            Expression::Array(array) => Value::List(array.iter().map(|item| self.evaluate(item, line)).collect()),
            Expression::Object(object) => self.object(object, line),
            Expression::StringTemplate(template) => Value::Text(self.template(template.iter(), line)),
            Expression::HeredocTemplate(heredoc) => Value::Text(self.heredoc(&heredoc.template, line)),
            Expression::Parenthesis(inner) => return self.evaluate(inner.inner(), line),
            Expression::Traversal(traversal) => return self.traversal(traversal, line),
            Expression::Conditional(conditional) => {
                return match self.evaluate(&conditional.cond_expr, line).as_bool() {
                    Some(true) => self.evaluate(&conditional.true_expr, line),
                    Some(false) => self.evaluate(&conditional.false_expr, line),
                    None => Node::new(
                        line,
                        Value::Either(vec![
                            self.evaluate(&conditional.true_expr, line),
                            self.evaluate(&conditional.false_expr, line),
                        ]),
                    ),
                };
            }
            Expression::FuncCall(call) => {
                let arguments: Vec<Node> = call.args.iter().map(|argument| self.evaluate(argument, line)).collect();
                functions::call(call.name.name.as_str(), arguments)
            }
            Expression::UnaryOp(operation) => {
                let operand = self.evaluate(&operation.expr, line);
                match *operation.operator.as_ref() {
                    UnaryOperator::Neg => operand
                        .as_number()
                        .map_or(Value::Unknown, |number| Value::Number(-number)),
                    UnaryOperator::Not => operand.as_bool().map_or(Value::Unknown, |on| Value::Bool(!on)),
                }
            }
            Expression::BinaryOp(operation) => {
                let (one, other) = (
                    self.evaluate(&operation.lhs_expr, line),
                    self.evaluate(&operation.rhs_expr, line),
                );
                binary(*operation.operator.value(), &one, &other)
            }
            Expression::Variable(_) | Expression::ForExpr(_) => Value::Unknown,
        };
        Node::new(line, value)
    }

    fn object(&self, object: &Object, line: usize) -> Value {
        let entries = object.iter().map(|(key, value)| {
            let key = match key {
                ObjectKey::Ident(name) => name.as_str().to_owned(),
                ObjectKey::Expression(expression) => self.evaluate(expression, line).to_text().unwrap_or_default(),
            };
            let value = self.evaluate(value.expr(), line);
            Entry { key, line, value }
        });
        Value::Map(entries.collect())
    }

    fn heredoc(&self, template: &Template, line: usize) -> String {
        self.template(template.iter(), line)
    }

    fn template<'t>(&self, elements: impl Iterator<Item = &'t Element>, line: usize) -> String {
        let parts = elements.map(|element| match element {
            Element::Literal(text) => text.as_ref().clone(),
            Element::Interpolation(interpolation) => {
                let value = self.evaluate(&interpolation.expr, line);
                value.to_text().unwrap_or_else(|| "${?}".to_owned())
            }
            Element::Directive(_) => "${?}".to_owned(),
        });
        parts.collect()
    }

    fn traversal(&self, traversal: &Traversal, line: usize) -> Node {
        let Expression::Variable(root) = &traversal.expr else {
            let start = self.evaluate(&traversal.expr, line);
            return self.steps(start, &traversal.operators, line);
        };
        let unknown = || Node::new(line, Value::Unknown);
        let Some((TraversalOperator::GetAttr(name), rest)) = traversal
            .operators
            .split_first()
            .map(|(first, rest)| (first.value(), rest))
        else {
            return unknown();
        };
        let name = name.as_str();
        match root.as_str() {
            "var" => {
                let given = self.given.get(name).cloned();
                let value = given.or_else(|| self.named("var", &self.variables, name, line));
                value.map_or_else(unknown, |value| self.steps(value, rest, line))
            }
            "local" => self
                .named("local", &self.locals, name, line)
                .map_or_else(unknown, |value| self.steps(value, rest, line)),
            "data" | "module" | "each" | "count" | "path" | "self" | "terraform" => unknown(),
            kind => {
                // What stands between brackets chooses one of several, which are one resource here.
                let attributes = rest.iter().filter_map(|step| match step.value() {
                    TraversalOperator::GetAttr(attribute) => Some(attribute.as_str()),
                    _ => None,
                });
                let mut reference = format!("{kind}.{name}");
                for attribute in attributes {
                    reference.push('.');
                    reference.push_str(attribute);
                }
                Node::new(line, Value::Reference(reference))
            }
        }
    }

    /// The value of a variable or a local; none where there is no such one, or it needs itself.
    fn named(
        &self,
        kind: &'static str,
        named: &HashMap<&'a str, &'a Expression>,
        name: &str,
        line: usize,
    ) -> Option<Node> {
        let (&name, expression) = named.get_key_value(name)?;
        if self.open.borrow().len() >= MOST_OPEN || !self.open.borrow_mut().insert((kind, name)) {
            return None;
        }
        let value = self.evaluate(expression, line);
        self.open.borrow_mut().remove(&(kind, name));
        Some(value)
    }

    fn steps(&self, mut value: Node, steps: &[hcl_edit::Decorated<TraversalOperator>], line: usize) -> Node {
        for step in steps {
            let next = match step.value() {
                TraversalOperator::GetAttr(name) => value.get(name.as_str()).cloned(),
                TraversalOperator::Index(expression) => {
                    let key = self.evaluate(expression, line);
                    match &value.value {
                        Value::List(items) => {
                            let index = key.as_number().and_then(|index| usize::try_from(count(index)).ok());
                            index.and_then(|index| items.get(index)).cloned()
                        }
                        _ => key.as_text().and_then(|key| value.get(key)).cloned(),
                    }
                }
                _ => None,
            };
            value = next.unwrap_or(Node::new(line, Value::Unknown));
        }
        value
    }
}

fn binary(operator: BinaryOperator, one: &Node, other: &Node) -> Value {
    let numbers = one.as_number().zip(other.as_number());
    let arithmetic = |compute: fn(f64, f64) -> f64| {
        numbers.map_or(Value::Unknown, |(one, other)| Value::Number(compute(one, other)))
    };
    let comparison = |compare: fn(&f64, &f64) -> bool| {
        numbers.map_or(Value::Unknown, |(one, other)| Value::Bool(compare(&one, &other)))
    };
    match operator {
        BinaryOperator::Eq | BinaryOperator::NotEq => match equal(one, other) {
            Some(equal) => Value::Bool(equal == (operator == BinaryOperator::Eq)),
            None => Value::Unknown,
        },
        BinaryOperator::And => match (one.as_bool(), other.as_bool()) {
            (Some(false), _) | (_, Some(false)) => Value::Bool(false),
            (Some(true), Some(true)) => Value::Bool(true),
            _ => Value::Unknown,
        },
        BinaryOperator::Or => match (one.as_bool(), other.as_bool()) {
            (Some(true), _) | (_, Some(true)) => Value::Bool(true),
            (Some(false), Some(false)) => Value::Bool(false),
            _ => Value::Unknown,
        },
        BinaryOperator::Less => comparison(f64::lt),
        BinaryOperator::LessEq => comparison(f64::le),
        BinaryOperator::Greater => comparison(f64::gt),
        BinaryOperator::GreaterEq => comparison(f64::ge),
        BinaryOperator::Plus => arithmetic(|one, other| one + other),
        BinaryOperator::Minus => arithmetic(|one, other| one - other),
        BinaryOperator::Mul => arithmetic(|one, other| one * other),
        BinaryOperator::Div => arithmetic(|one, other| one / other),
        BinaryOperator::Mod => arithmetic(|one, other| one % other),
    }
}

fn equal(one: &Node, other: &Node) -> Option<bool> {
    let known = |node: &Node| node.to_text().filter(|text| !text.contains("${"));
    match (&one.value, &other.value) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, _) => known(other).map(|_| false),
        (_, Value::Null) => known(one).map(|_| false),
        _ => Some(known(one)? == known(other)?),
    }
}
