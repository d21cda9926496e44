//! The newest of a row of things, within a number and a sum of bytes.

use std::collections::VecDeque;

/// What takes memory.
pub(super) trait Weigh {
    /// How many bytes it keeps, roughly.
    fn bytes(&self) -> usize;
}

/// Keeps the newest items; each has a number, from 1, that stays its own.
#[derive(Debug)]
pub(super) struct Ring<T> {
    items: VecDeque<T>,
    /// The number of the oldest item that is kept.
    first: u64,
    bytes: usize,
    most_items: usize,
    most_bytes: usize,
}

impl<T: Weigh> Ring<T> {
    pub(super) fn new(most_items: usize, most_bytes: usize) -> Self {
        Self {
            items: VecDeque::new(),
            first: 1,
            bytes: 0,
            most_items,
            most_bytes,
        }
    }

    /// Keeps an item and gives its number.
    pub(super) fn push(&mut self, item: T) -> u64 {
        self.bytes += item.bytes();
        self.items.push_back(item);
        let number = self.next() - 1;
        self.forget();
        number
    }

    pub(super) fn get(&self, number: u64) -> Option<&T> {
        self.items.get(self.index(number)?)
    }

    /// Changes an item, if it is still kept.
    pub(super) fn change(&mut self, number: u64, change: impl FnOnce(&mut T)) {
        let Some(item) = self.index(number).and_then(|index| self.items.get_mut(index)) else {
            return;
        };
        let before = item.bytes();
        change(item);
        self.bytes = self.bytes - before + item.bytes();
        self.forget();
    }

    /// The items from `number` on, the oldest first, with their numbers.
    pub(super) fn from(&self, number: u64) -> impl DoubleEndedIterator<Item = (u64, &T)> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let skipped = skipped.min(self.items.len());
        let items = self.items.range(skipped..).enumerate();
        items.map(move |(index, item)| (self.first + (skipped + index) as u64, item))
    }

    /// The number of the oldest item that is kept.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next item will have.
    pub(super) fn next(&self) -> u64 {
        self.first + self.items.len() as u64
    }

    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }

    /// Forgets the oldest beyond the limits, but never the newest.
    fn forget(&mut self) {
        while self.items.len() > 1 && (self.items.len() > self.most_items || self.bytes > self.most_bytes) {
            if let Some(oldest) = self.items.pop_front() {
                self.bytes -= oldest.bytes();
                self.first += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for Vec<u8> {
        fn bytes(&self) -> usize {
            self.len()
        }
    }

    fn kept(ring: &Ring<Vec<u8>>) -> Vec<u64> {
        ring.from(0).map(|(number, _)| number).collect()
    }

    #[test]
    fn the_oldest_are_forgotten_by_number_and_by_bytes() {
        let mut ring = Ring::new(3, 10);
        for expected in 1..=5 {
            assert_eq!(ring.push(vec![0]), expected);
        }
        assert_eq!(kept(&ring), [3, 4, 5]);
        ring.push(vec![0; 9]);
        assert_eq!(kept(&ring), [5, 6]);
        ring.push(vec![0; 100]);
        assert_eq!(kept(&ring), [7], "the newest stays, however large");
        assert_eq!((ring.first(), ring.next()), (7, 8));
        ring.push(vec![0; 10]);
        assert_eq!((kept(&ring), ring.bytes), (vec![8], 10));
    }

    #[test]
    fn an_item_that_grows_pushes_out_the_oldest() {
        let mut ring = Ring::new(10, 10);
        for _ in 0..3 {
            ring.push(vec![0; 3]);
        }
        ring.change(3, |item| item.resize(6, 1));
        assert_eq!(kept(&ring), [2, 3]);
        assert_eq!((ring.get(1), ring.get(3).map(Vec::len)), (None, Some(6)));
        ring.change(1, |_| panic!("it is forgotten"));
        ring.change(9, |_| panic!("it is not there"));
        assert_eq!(ring.from(3).map(|(number, _)| number).collect::<Vec<_>>(), [3]);
        assert_eq!(ring.from(99).count(), 0);
    }
}
