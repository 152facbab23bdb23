//! A list filter, from which both the SQL conditions and the search in the in-memory order of a long list are derived.

use rusqlite::types::Value;

use super::lists::List;
use super::order::Query;

/// Conditions joined by AND. The SQL depends only on which conditions there are, so that statements stay prepared.
#[derive(Debug)]
pub(crate) struct Filter {
    list: &'static List,
    sql: String,
    values: Vec<Value>,
    query: Query,
    /// Whether there are conditions that the list's order cannot evaluate.
    has_others: bool,
}

impl Filter {
    /// A filter that matches everything.
    pub(crate) fn of(list: &'static List) -> Self {
        Self {
            list,
            sql: String::new(),
            values: Vec::new(),
            query: Query::default(),
            has_others: false,
        }
    }

    /// Requires a column to contain a part, case-sensitively, if one is given.
    pub(crate) fn contains(&mut self, column: &str, part: Option<String>) {
        let Some(part) = part else { return };
        self.push(&format!("instr({column}, ?)"), [part.clone().into()]);
        match self.list.texts.iter().position(|text| *text == column) {
            Some(place) => self.query.texts.push((place, part)),
            None => self.has_others = true,
        }
    }

    /// Requires a column (or an expression) to equal a value, if one is given.
    pub(crate) fn equals(&mut self, column: &str, value: Option<impl Into<Value>>) {
        let Some(value) = value.map(Into::into) else {
            return;
        };
        let text = match &value {
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Null | Value::Real(_) | Value::Blob(_) => None,
        };
        self.push(&format!("({column}) = ?"), [value]);
        let mut columns = self.list.filter_columns.iter();
        match columns.position(|known| *known == column).zip(text) {
            Some(wanted) => self.query.filter_columns.push(wanted),
            None => self.has_others = true,
        }
    }

    /// Requires a column to be one of several values.
    pub(crate) fn any_of(&mut self, column: &str, values: impl Iterator<Item = String>) {
        let values: Vec<Value> = values.map(Value::Text).collect();
        let marks = vec!["?"; values.len()].join(", ");
        self.and(&format!("{column} IN ({marks})"), values);
    }

    /// Adds a condition that only SQLite can evaluate; the values fill its question marks.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.push(condition, values);
        self.has_others = true;
    }

    /// The same with one value, if it is given.
    pub(crate) fn when(&mut self, condition: &str, value: Option<String>) {
        if let Some(value) = value {
            self.and(condition, [Value::Text(value)]);
        }
    }

    fn push(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// Whether it matches everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.sql.is_empty()
    }

    /// The SQL to append to a `WHERE` that already has a condition.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values for its question marks.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// The filter as a search in the order; `None` if it matches everything or the order cannot evaluate it.
    pub(crate) fn query(&self) -> Option<&Query> {
        (!self.has_others && !self.query.is_empty()).then_some(&self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: List = List {
        table: "users",
        parent: None,
        sort_key: None,
        number: "seq",
        texts: &["name", "about"],
        filter_columns: &["kind", "0 < desks"],
    };

    #[test]
    fn a_filter_is_conditions_and_a_search() {
        let mut filter = Filter::of(&LIST);
        assert!(filter.is_empty() && filter.query().is_none());
        filter.contains("about", Some("x".to_owned()));
        filter.equals("0 < desks", Some(true));
        filter.equals("kind", None::<String>);
        assert_eq!(filter.sql(), " AND instr(about, ?) AND (0 < desks) = ?");
        assert_eq!(
            filter.values(),
            [Value::Text("x".to_owned()), Value::Integer(1)]
        );
        let query = filter.query().expect("the order has both");
        assert_eq!(query.texts, [(1, "x".to_owned())]);
        assert_eq!(query.filter_columns, [(1, "1".to_owned())]);
    }

    #[test]
    fn what_the_order_does_not_have_is_sqlites_to_find() {
        let asks: [fn(&mut Filter); 4] = [
            |filter| filter.contains("email", Some("x".to_owned())),
            |filter| filter.equals("email", Some("x".to_owned())),
            |filter| filter.any_of("kind", ["a", "b"].map(str::to_owned).into_iter()),
            |filter| filter.when("born < ?", Some("x".to_owned())),
        ];
        for ask in asks {
            let mut filter = Filter::of(&LIST);
            filter.equals("kind", Some("a".to_owned()));
            ask(&mut filter);
            assert!(
                !filter.is_empty() && filter.query().is_none(),
                "{}",
                filter.sql()
            );
        }
    }
}
