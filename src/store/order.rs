//! The order of a long list in memory: which row is at which place, and which rows match a filter.
//!
//! Rows are stored in blocks, in list order. The n-th row is found by the blocks' end positions, a given row by the blocks' first
//! keys, and a filter scans the blocks' copies of the filter columns, column by column. Knows no SQL: `lists.rs` fills an order from
//! its table and keeps it up to date.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memmem::Finder;

use super::page::{RowLimit, Window};

/// The largest number of rows in a block: few enough to shift on insert and delete, enough that a million rows are few blocks.
const BLOCK: usize = 512;
/// Terminates a text in a block. It never occurs in UTF-8, so no needle matches across rows.
const END: u8 = 0xff;

/// A sort key: `sort_key` as bytes, then `number`, which is unique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowKey {
    /// Empty if a list is ordered only by number.
    pub(crate) sort_key: String,
    pub(crate) number: i64,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// A filter; all conditions have to hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    /// Text columns and the parts that they must contain.
    pub(crate) texts: Vec<(usize, String)>,
    /// Filter columns and their required values, numbers in decimal.
    pub(crate) filter_columns: Vec<(usize, String)>,
}

impl Query {
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.filter_columns.is_empty()
    }
}

/// A window of the matching rows, and the number of matches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) total: u64,
    pub(crate) numbers: Vec<i64>,
}

/// A row, as stored in an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) sort_key: &'a str,
    pub(super) number: i64,
    pub(super) texts: &'a [Cow<'a, str>],
    pub(super) filter_columns: &'a [Cow<'a, str>],
}

/// The rows of a list, in its order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    blocks: Vec<Block>,
    /// The number of rows up to the end of each block.
    ends: Vec<usize>,
    has_lead: bool,
    texts: usize,
    filter_columns: Facets,
}

impl Order {
    /// An order by sort_key and number or by number only, whose rows have that many texts.
    pub(super) fn new(has_lead: bool, texts: usize) -> Self {
        Self {
            blocks: Vec::new(),
            ends: Vec::new(),
            has_lead,
            texts,
            filter_columns: Facets::default(),
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// The n-th row, from 0.
    pub(super) fn at(&self, place: usize) -> Option<RowKey> {
        let block = self.ends.partition_point(|&end| end <= place);
        let before = block.checked_sub(1).map_or(0, |before| self.ends[before]);
        let rows = self.blocks.get(block)?;
        Some(RowKey {
            sort_key: String::from_utf8_lossy(rows.sort_key(place - before)).into_owned(),
            number: rows.numbers[place - before],
        })
    }

    /// Adds a row; its key must not exist yet.
    pub(super) fn insert(&mut self, row: Row<'_>) {
        let combination = self.filter_columns.combination(row.filter_columns);
        let (block, place) = self.make_room(row.sort_key, row.number);
        self.blocks[block].insert(place, row, combination);
        for end in &mut self.ends[block..] {
            *end += 1;
        }
    }

    /// Appends a row, when loading a list from its table.
    pub(super) fn push(&mut self, row: Row<'_>) {
        let combination = self.filter_columns.combination(row.filter_columns);
        let last = match self.blocks.last() {
            Some(block) if block.numbers.len() < BLOCK => self.blocks.len() - 1,
            _ => self.new_block(self.blocks.len()),
        };
        let place = self.blocks[last].numbers.len();
        self.blocks[last].insert(place, row, combination);
        self.ends[last] += 1;
    }

    /// The position for a new key, in a block that is not full.
    fn make_room(&mut self, sort_key: &str, number: i64) -> (usize, usize) {
        let Some(block) = self.block_of(sort_key, number) else {
            return (self.new_block(0), 0);
        };
        let place = self.blocks[block].place(sort_key, number);
        if self.blocks[block].numbers.len() < BLOCK {
            return (block, place);
        }
        if place < BLOCK {
            let (half, end) = (self.blocks[block].split(), self.ends[block]);
            self.ends[block] = end - half.numbers.len();
            self.blocks.insert(block + 1, half);
            self.ends.insert(block + 1, end);
            let kept = self.blocks[block].numbers.len();
            return match place.checked_sub(kept) {
                Some(place) if 0 < place => (block + 1, place),
                _ => (block, place),
            };
        }
        // After a full block. Most lists grow at their end, and so leave full blocks.
        match self.blocks.get(block + 1) {
            Some(next) if next.numbers.len() < BLOCK => (block + 1, 0),
            _ => (self.new_block(block + 1), 0),
        }
    }

    /// Removes a row; returns whether it existed.
    pub(super) fn remove(&mut self, key: &RowKey) -> bool {
        let Some(block) = self.block_of(&key.sort_key, key.number) else {
            return false;
        };
        let rows = &mut self.blocks[block];
        let place = rows.place(&key.sort_key, key.number);
        if rows.numbers.get(place) != Some(&key.number)
            || rows.sort_key(place) != key.sort_key.as_bytes()
        {
            return false;
        }
        rows.remove(place);
        for end in &mut self.ends[block..] {
            *end -= 1;
        }
        if self.blocks[block].numbers.is_empty() {
            self.blocks.remove(block);
            self.ends.remove(block);
        }
        true
    }

    /// The matching rows; `None` if there are too many combinations of filter columns.
    pub(super) fn search(
        &self,
        query: &Query,
        direction: Direction,
        window: Window,
    ) -> Option<Found> {
        let passing = match &query.filter_columns[..] {
            [] => None,
            filter_columns => Some(self.filter_columns.passing(filter_columns)?),
        };
        let finders: Vec<(usize, Finder<'_>)> = query
            .texts
            .iter()
            .map(|(column, part)| (*column, Finder::new(part)))
            .collect();
        let from = usize::try_from(window.offset).unwrap_or(usize::MAX);
        let until = match window.limit {
            RowLimit::All => usize::MAX,
            RowLimit::Rows(rows) => {
                from.saturating_add(usize::try_from(rows).unwrap_or(usize::MAX))
            }
        };
        let (mut total, mut numbers, mut places) = (0, Vec::new(), Vec::new());
        let mut search = |block: &Block| {
            places.clear();
            block.search(&finders, passing.as_deref(), &mut places);
            if direction == Direction::Backward {
                places.reverse();
            }
            let window = from.saturating_sub(total).min(places.len())
                ..until.saturating_sub(total).min(places.len());
            numbers.extend(places[window].iter().map(|&place| block.numbers[place]));
            total += places.len();
        };
        match direction {
            Direction::Forward => self.blocks.iter().for_each(&mut search),
            Direction::Backward => self.blocks.iter().rev().for_each(&mut search),
        }
        Some(Found {
            total: total as u64,
            numbers,
        })
    }

    /// The last block that begins at or before a key, else the first; `None` if there are no rows.
    fn block_of(&self, sort_key: &str, number: i64) -> Option<usize> {
        let after = self.blocks.partition_point(|block| {
            (block.sort_key(0), block.numbers[0]) <= (sort_key.as_bytes(), number)
        });
        (!self.blocks.is_empty()).then(|| after.saturating_sub(1))
    }

    fn new_block(&mut self, at: usize) -> usize {
        let before = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.blocks
            .insert(at, Block::new(self.has_lead, self.texts));
        self.ends.insert(at, before);
        at
    }
}

/// A run of rows, never empty except while one is added.
#[derive(Debug, Default, Clone)]
struct Block {
    numbers: Vec<i64>,
    leads: Option<Texts>,
    texts: Vec<Texts>,
    /// Each row's combination of filter columns.
    combinations: Vec<u16>,
}

impl Block {
    fn new(has_lead: bool, texts: usize) -> Self {
        Self {
            leads: has_lead.then(Texts::default),
            texts: (0..texts).map(|_| Texts::default()).collect(),
            ..Self::default()
        }
    }

    fn sort_key(&self, place: usize) -> &[u8] {
        self.leads.as_ref().map_or(b"", |leads| leads.get(place))
    }

    /// The position of a key, or where to insert it.
    fn place(&self, sort_key: &str, number: i64) -> usize {
        let (mut low, mut high) = (0, self.numbers.len());
        while low < high {
            let middle = low.midpoint(high);
            if (self.sort_key(middle), self.numbers[middle]) < (sort_key.as_bytes(), number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn insert(&mut self, place: usize, row: Row<'_>, combination: u16) {
        self.numbers.insert(place, row.number);
        if let Some(leads) = &mut self.leads {
            leads.insert(place, row.sort_key);
        }
        for (texts, text) in self.texts.iter_mut().zip(row.texts) {
            texts.insert(place, text);
        }
        self.combinations.insert(place, combination);
    }

    fn remove(&mut self, place: usize) {
        self.numbers.remove(place);
        for texts in self.leads.iter_mut().chain(&mut self.texts) {
            texts.remove(place);
        }
        self.combinations.remove(place);
    }

    /// Splits off the second half.
    fn split(&mut self) -> Self {
        let at = self.numbers.len() / 2;
        Self {
            numbers: self.numbers.split_off(at),
            leads: self.leads.as_mut().map(|leads| leads.split_off(at)),
            texts: self
                .texts
                .iter_mut()
                .map(|texts| texts.split_off(at))
                .collect(),
            combinations: self.combinations.split_off(at),
        }
    }

    /// Appends the positions of the matching rows.
    fn search(
        &self,
        finders: &[(usize, Finder<'_>)],
        passing: Option<&[bool]>,
        places: &mut Vec<usize>,
    ) {
        let passes = |place: usize| {
            passing.is_none_or(|passing| passing[usize::from(self.combinations[place])])
        };
        match finders {
            [] => places.extend((0..self.numbers.len()).filter(|&place| passes(place))),
            [(column, finder), others @ ..] => {
                self.texts[*column].search(finder, |place| {
                    if passes(place)
                        && others.iter().all(|(column, finder)| {
                            let text = self.texts[*column].get(place);
                            finder.find(text).is_some()
                        })
                    {
                        places.push(place);
                    }
                });
            }
        }
    }
}

/// Concatenated texts.
#[derive(Debug, Default, Clone)]
struct Texts {
    /// Each text, followed by [`END`].
    bytes: Vec<u8>,
    /// The position of each text's [`END`].
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, place: usize) -> &[u8] {
        &self.bytes[self.start(place)..self.ends[place]]
    }

    fn start(&self, place: usize) -> usize {
        place
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] + 1)
    }

    fn insert(&mut self, place: usize, text: &str) {
        let start = self.start(place);
        // Append it, then rotate it into place.
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(END);
        self.bytes[start..].rotate_right(text.len() + 1);
        for end in &mut self.ends[place..] {
            *end += text.len() + 1;
        }
        self.ends.insert(place, start + text.len());
    }

    fn remove(&mut self, place: usize) {
        let (start, end) = (self.start(place), self.ends.remove(place));
        self.bytes.drain(start..=end);
        for later in &mut self.ends[place..] {
            *later -= end + 1 - start;
        }
    }

    fn split_off(&mut self, place: usize) -> Self {
        let start = self.start(place);
        let mut rest = Self {
            bytes: self.bytes.split_off(start),
            ends: self.ends.split_off(place),
        };
        for end in &mut rest.ends {
            *end -= start;
        }
        rest
    }

    /// Calls `each` for every text that contains the needle, in order.
    fn search(&self, finder: &Finder<'_>, mut each: impl FnMut(usize)) {
        let (mut from, mut place) = (0, 0);
        while let Some(found) = finder.find(&self.bytes[from..]) {
            let found = from + found;
            place += self.ends[place..]
                .iter()
                .take_while(|&&end| end < found)
                .count();
            let Some(&end) = self.ends.get(place) else {
                return; // An empty needle is found once more, after the last text.
            };
            each(place);
            (from, place) = (end + 1, place + 1);
        }
    }
}

/// Interned combinations of low-cardinality columns; rows store an index.
#[derive(Debug, Default, Clone)]
struct Facets {
    numbers: HashMap<Vec<u8>, u16>,
    /// The values of each combination, each followed by [`END`].
    combinations: Vec<Vec<u8>>,
    /// Whether there are too many combinations; the indexes are meaningless then.
    too_many: bool,
    /// A reusable buffer for look-ups.
    wanted: Vec<u8>,
    /// The last result, which neighbouring rows often share.
    latest: u16,
}

impl Facets {
    fn combination(&mut self, filter_columns: &[Cow<'_, str>]) -> u16 {
        self.wanted.clear();
        for filter_column in filter_columns {
            self.wanted.extend_from_slice(filter_column.as_bytes());
            self.wanted.push(END);
        }
        if self.combinations.get(usize::from(self.latest)) == Some(&self.wanted) {
            return self.latest;
        }
        if let Some(&number) = self.numbers.get(&self.wanted) {
            self.latest = number;
            return number;
        }
        let Ok(number) = u16::try_from(self.combinations.len()) else {
            self.too_many = true;
            return u16::MAX;
        };
        self.numbers.insert(self.wanted.clone(), number);
        self.combinations.push(self.wanted.clone());
        number
    }

    /// The combinations that have all of these values; `None` if there are too many combinations.
    fn passing(&self, wanted: &[(usize, String)]) -> Option<Vec<bool>> {
        let has = |known: &[u8], (filter_column, value): &(usize, String)| {
            known.split(|&byte| byte == END).nth(*filter_column) == Some(value.as_bytes())
        };
        let passes = |known: &Vec<u8>| wanted.iter().all(|wanted| has(known, wanted));
        (!self.too_many).then(|| self.combinations.iter().map(passes).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// A row of the model, sorted like the key that it begins with.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct ModelRow {
        sort_key: String,
        number: i64,
        texts: [String; 2],
        filter_columns: [String; 2],
    }

    impl ModelRow {
        fn key(&self) -> RowKey {
            RowKey {
                sort_key: self.sort_key.clone(),
                number: self.number,
            }
        }

        fn matches(&self, query: &Query) -> bool {
            let contains = |(column, part): &(usize, String)| self.texts[*column].contains(part);
            let is = |(filter_column, value): &(usize, String)| {
                self.filter_columns[*filter_column] == *value
            };
            query.texts.iter().all(contains) && query.filter_columns.iter().all(is)
        }
    }

    fn insert(order: &mut Order, kept: &ModelRow) {
        let cows = |texts: &'_ [String; 2]| texts.clone().map(Cow::Owned);
        order.insert(Row {
            sort_key: &kept.sort_key,
            number: kept.number,
            texts: &cows(&kept.texts),
            filter_columns: &cows(&kept.filter_columns),
        });
    }

    #[derive(Debug, Clone)]
    enum Change {
        /// That many rows with numbers one after the other, before, after or among those there are.
        Insert(u16, i64, ModelRow),
        Remove(Index, u16),
        Replace(Index, ModelRow),
    }

    fn text() -> impl Strategy<Value = String> {
        // Short, of few letters, and of several bytes each: parts are found, and in wrong places if they can be.
        "[ab张é]{0,4}"
    }

    fn row() -> impl Strategy<Value = ModelRow> {
        (
            "[xy]{0,2}",
            -2000..2000_i64,
            [text(), text()],
            ["[pq]", "[rs]"],
        )
            .prop_map(|(sort_key, number, texts, filter_columns)| ModelRow {
                sort_key,
                number,
                texts,
                filter_columns,
            })
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            3 => (1..900_u16, prop_oneof![Just(1), Just(-1), Just(7)], row())
                .prop_map(|(count, step, row)| Change::Insert(count, step, row)),
            2 => (any::<Index>(), 1..700_u16).prop_map(|(at, count)| Change::Remove(at, count)),
            1 => (any::<Index>(), row()).prop_map(|(at, row)| Change::Replace(at, row)),
        ]
    }

    /// The values that are there, with their places among all that there might be.
    fn wanted<const N: usize>(values: [Option<String>; N]) -> Vec<(usize, String)> {
        let values = values.into_iter().enumerate();
        values
            .filter_map(|(place, value)| Some((place, value?)))
            .collect()
    }

    fn query() -> impl Strategy<Value = Query> {
        let optional = |strategy: BoxedStrategy<String>| proptest::option::of(strategy);
        (
            [optional(text().boxed()), optional(text().boxed())],
            [optional("[pq]".boxed()), optional("[rst]".boxed())],
        )
            .prop_map(|(texts, filter_columns)| Query {
                texts: wanted(texts),
                filter_columns: wanted(filter_columns),
            })
    }

    fn put(order: &mut Order, model: &mut Vec<ModelRow>, row: ModelRow) {
        if let Err(place) = model.binary_search_by_key(&row.key(), ModelRow::key) {
            insert(order, &row);
            model.insert(place, row);
        }
    }

    fn take(order: &mut Order, model: &mut Vec<ModelRow>, place: usize) {
        let gone = model.remove(place).key();
        assert!(order.remove(&gone), "{gone:?} was there");
        assert!(!order.remove(&gone), "{gone:?} was there once");
    }

    fn matching(model: &[ModelRow], query: &Query, direction: Direction, window: Window) -> Found {
        let mut all: Vec<i64> = model
            .iter()
            .filter(|row| row.matches(query))
            .map(|row| row.number)
            .collect();
        if direction == Direction::Backward {
            all.reverse();
        }
        Found {
            total: all.len() as u64,
            numbers: window.of(&all).to_vec(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn an_order_is_a_sorted_list(
            changes in vec(change(), 1..24),
            queries in vec((query(), any::<bool>(), 0..3000_u64, proptest::option::of(0..1500_u64)), 1..6),
        ) {
            let (mut order, mut model) = (Order::new(true, 2), Vec::new());
            for change in changes {
                match change {
                    Change::Insert(count, step, row) => {
                        for index in 0..i64::from(count) {
                            let number = row.number + step * index;
                            put(&mut order, &mut model, ModelRow { number, ..row.clone() });
                        }
                    }
                    Change::Remove(at, count) => {
                        for _ in 0..usize::from(count).min(model.len()) {
                            let place = at.index(model.len());
                            take(&mut order, &mut model, place);
                        }
                    }
                    Change::Replace(at, row) => {
                        if !model.is_empty() {
                            let place = at.index(model.len());
                            take(&mut order, &mut model, place);
                            put(&mut order, &mut model, row);
                        }
                    }
                }
                prop_assert_eq!(order.len(), model.len());
                prop_assert!(order.blocks.iter().all(|block| (1..=BLOCK).contains(&block.numbers.len())));
            }
            for (place, row) in model.iter().enumerate() {
                prop_assert_eq!(order.at(place), Some(row.key()));
            }
            prop_assert_eq!(order.at(model.len()), None);
            for (query, is_backward, offset, limit) in queries {
                let direction = if is_backward { Direction::Backward } else { Direction::Forward };
                let window = Window { offset, limit: limit.map_or(RowLimit::All, RowLimit::Rows) };
                prop_assert_eq!(
                    order.search(&query, direction, window),
                    Some(matching(&model, &query, direction, window))
                );
            }
        }
    }

    /// Falling numbers after a full block would be a block each, were they not put in front of the next one.
    #[test]
    fn blocks_stay_full_whichever_way_a_list_grows() {
        for numbers in [
            (0..100_000).collect::<Vec<i64>>(),
            (0..100_000).rev().collect(),
            (0..BLOCK as i64).chain((1000..100_000).rev()).collect(),
        ] {
            let mut order = Order::new(false, 0);
            for &number in &numbers {
                order.insert(Row {
                    sort_key: "",
                    number,
                    texts: &[],
                    filter_columns: &[],
                });
            }
            assert!(order.blocks.len() <= 2 * numbers.len() / BLOCK + 2);
        }
    }

    #[test]
    fn rows_that_come_in_order_can_be_pushed() {
        let (mut pushed, mut inserted) = (Order::new(false, 0), Order::new(false, 0));
        for number in 0..2 * BLOCK as i64 + 1 {
            let row = Row {
                sort_key: "",
                number,
                texts: &[],
                filter_columns: &[],
            };
            pushed.push(row);
            inserted.insert(row);
        }
        assert_eq!(
            (pushed.len(), &pushed.ends),
            (inserted.len(), &inserted.ends)
        );
        let all = |order: &Order| {
            (0..order.len())
                .map(|place| order.at(place))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(&pushed), all(&inserted));
    }

    #[test]
    fn a_facet_with_too_many_values_is_none() {
        let mut order = Order::new(false, 0);
        let query = Query {
            texts: Vec::new(),
            filter_columns: vec![(0, "7".to_owned())],
        };
        for number in 0..=i64::from(u16::MAX) + 1 {
            order.insert(Row {
                sort_key: "",
                number,
                texts: &[],
                filter_columns: &[Cow::Owned(number.to_string())],
            });
            if number == i64::from(u16::MAX) {
                let found = order.search(&query, Direction::Forward, Window::rows(0, 10));
                assert_eq!(found.map(|found| found.numbers), Some(vec![7]));
            }
        }
        let found = order.search(&query, Direction::Forward, Window::rows(0, 10));
        assert_eq!(found, None);
    }
}
