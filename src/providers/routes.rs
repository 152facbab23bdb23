//! The paths of the REST providers: builds a router from an operation table.

use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::provider::call::{PathParams, Request};
use crate::provider::table::{Operation, RouteMatch};

/// A router for an operation table. Literal segments take precedence over parameters; a trailing slash makes a
/// different path; `%2F` stays within its segment.
#[derive(Debug)]
pub(crate) struct Routes {
    router: Router<Vec<&'static Operation>>,
}

impl Routes {
    pub(crate) fn new(operations: &'static [Operation]) -> Self {
        let mut router: Router<Vec<&'static Operation>> = Router::new();
        for operation in operations {
            match router.at_mut(operation.path) {
                // The same path with another method. (`at` would also match a parameter in place of a literal.)
                Ok(found) if found.value[0].path == operation.path => found.value.push(operation),
                _ => router
                    .insert(operation.path, vec![operation])
                    .expect("the paths of an operation table do not conflict"),
            }
        }
        Self { router }
    }

    /// The operation at this path for the request's method.
    pub(crate) fn name(&'static self, request: &Request, path: &str) -> RouteMatch {
        let Ok(found) = self.router.at(path) else {
            return RouteMatch {
                called: format!("{} {path}", request.method),
                ..RouteMatch::default()
            };
        };
        let mut parameters = PathParams::with_room(found.params.len());
        for (name, value) in found.params.iter() {
            let value = match memchr::memchr(b'%', value.as_bytes()) {
                Some(_) => percent_decode_str(value).decode_utf8_lossy().into_owned(),
                None => value.to_owned(),
            };
            parameters.push(name, value);
        }
        let operation = found
            .value
            .iter()
            .copied()
            .find(|operation| operation.methods.contains(&request.method.as_str()));
        RouteMatch {
            operation,
            called: operation
                .map_or_else(|| format!("{} {path}", request.method), |_| String::new()),
            path: parameters,
            wrong_method: operation.is_none(),
        }
    }
}
