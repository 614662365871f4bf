//! A set of queue numbers that tells how many of them are smaller than a given one.
//!
//! One bit per number, counts of the words of each block of 512 bits, and sums of the blocks in front,
//! first within a group of 64 blocks and then of whole groups. So a rank adds three of them to the bits
//! of one word, whatever the size. An insert or a removal moves the sums behind it: up to 63 in its
//! group, and one for each later group, of which a million numbers have 31. The counts of a block share
//! a word, as in rank9 (Vigna, "Broadword Implementation of Rank/Select Queries", 2008). A million
//! numbers take about 141 KiB.
//!
//! A Fenwick tree over the blocks changes in fewer steps, but a rank walks up it by jumps that depend on
//! the number, with which a position took half as long again; and positions are asked for far more
//! often than they change.

/// Bits of a block; its words fit one cache line.
const BLOCK_BITS: u64 = 512;
const BLOCK_WORDS: usize = (BLOCK_BITS / 64) as usize;
/// Blocks of a group; a sum within it fits 16 bits.
const GROUP_BLOCKS: usize = 64;
/// Bits of a count within a block.
const COUNT_BITS: usize = 9;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
/// One in each of a block's seven counts.
const EACH_COUNT: u64 = 0x0040_2010_0804_0201;

/// Queue numbers with their ranks.
#[derive(Clone, Debug, Default)]
pub(super) struct RankedBitmap {
    words: Vec<u64>,
    /// Of each block, how many numbers are in front of its second word, its third, and so on.
    counts: Vec<u64>,
    /// Of each block, how many numbers are in front of it in its group.
    before_blocks: Vec<u16>,
    /// Of each group, how many numbers are in front of it.
    before_groups: Vec<u32>,
    len: u64,
}

impl RankedBitmap {
    /// Numbers at or above this are refused, so that a wrong one cannot take all memory (128 MiB).
    const LIMIT: u64 = 1 << 30;

    /// Puts a number in. False when it was there, or is at or above [`LIMIT`](Self::LIMIT).
    pub(super) fn insert(&mut self, number: u64) -> bool {
        if number >= Self::LIMIT {
            return false;
        }
        let (word, bit) = word_and_bit(number);
        self.grow_to(word);
        if self.words[word] & bit != 0 {
            return false;
        }
        self.words[word] |= bit;
        self.len += 1;
        let (block, at) = (word / BLOCK_WORDS, word % BLOCK_WORDS);
        self.counts[block] += counts_behind(at);
        self.shift(block, 1);
        true
    }

    /// Takes a number out. False when it was not there.
    pub(super) fn remove(&mut self, number: u64) -> bool {
        if !self.contains(number) {
            return false;
        }
        let (word, bit) = word_and_bit(number);
        self.words[word] &= !bit;
        self.len -= 1;
        let (block, at) = (word / BLOCK_WORDS, word % BLOCK_WORDS);
        self.counts[block] -= counts_behind(at);
        self.shift(block, -1);
        true
    }

    /// Whether a number is in.
    pub(super) fn contains(&self, number: u64) -> bool {
        if number >= Self::LIMIT {
            return false;
        }
        let (word, bit) = word_and_bit(number);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many of the numbers are smaller than this one.
    pub(super) fn rank(&self, number: u64) -> u64 {
        let (word, bit) = word_and_bit(number.min(Self::LIMIT - 1));
        if word >= self.words.len() {
            return self.len;
        }
        let (block, at) = (word / BLOCK_WORDS, word % BLOCK_WORDS);
        let part = (self.words[word] & (bit - 1)).count_ones();
        self.before_block(block) + self.before_word(block, at) + u64::from(part)
    }

    /// How many numbers there are.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// Count of all blocks before this one.
    fn before_block(&self, block: usize) -> u64 {
        let of_groups = self.before_groups[block / GROUP_BLOCKS];
        u64::from(of_groups) + u64::from(self.before_blocks[block])
    }

    /// Count of the words of a block before the one at `at`.
    fn before_word(&self, block: usize, at: usize) -> u64 {
        let nth = at.checked_sub(1);
        nth.map_or(0, |nth| (self.counts[block] >> (nth * COUNT_BITS)) & COUNT_MASK)
    }

    /// Moves the sums behind a block whose count has changed.
    fn shift(&mut self, block: usize, change: i16) {
        let group = block / GROUP_BLOCKS;
        let end = self.before_blocks.len().min((group + 1) * GROUP_BLOCKS);
        for sum in &mut self.before_blocks[block + 1..end] {
            *sum = sum.wrapping_add_signed(change);
        }
        for sum in &mut self.before_groups[group + 1..] {
            *sum = sum.wrapping_add_signed(i32::from(change));
        }
    }

    /// Adds empty blocks until `word` is there. All numbers are in front of them.
    fn grow_to(&mut self, word: usize) {
        let n_blocks = word / BLOCK_WORDS + 1;
        if self.counts.len() >= n_blocks {
            return;
        }
        for block in self.counts.len()..n_blocks {
            if block.is_multiple_of(GROUP_BLOCKS) {
                self.before_groups.push(self.len as u32);
            }
            let of_groups = self.before_groups[block / GROUP_BLOCKS];
            self.before_blocks.push((self.len - u64::from(of_groups)) as u16);
        }
        self.words.resize(n_blocks * BLOCK_WORDS, 0);
        self.counts.resize(n_blocks, 0);
    }
}

const fn word_and_bit(number: u64) -> (usize, u64) {
    ((number / 64) as usize, 1 << (number % 64))
}

/// One in each count that takes in the word at `at`.
const fn counts_behind(at: usize) -> u64 {
    // The highest bit belongs to none.
    (EACH_COUNT << (at * COUNT_BITS)) & (u64::MAX >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn far_and_wrong_numbers_are_harmless() {
        let mut bitmap = RankedBitmap::default();
        assert!(!bitmap.insert(u64::MAX) && !bitmap.remove(u64::MAX));
        assert!(bitmap.insert(100_000) && !bitmap.insert(100_000));
        assert_eq!((bitmap.rank(100_000), bitmap.rank(u64::MAX), bitmap.len()), (0, 1, 1));
    }

    /// Close together, and apart by several groups.
    fn numbers() -> impl Strategy<Value = u64> {
        prop_oneof![1..9000_u64, 1..150_000_u64]
    }

    proptest! {
        #[test]
        fn it_ranks_like_a_sorted_set(
            steps in prop::collection::vec((any::<bool>(), numbers()), 1..600),
        ) {
            let (mut bitmap, mut naive) = (RankedBitmap::default(), BTreeSet::new());
            for (put, number) in steps {
                if put {
                    prop_assert_eq!(bitmap.insert(number), naive.insert(number));
                } else {
                    prop_assert_eq!(bitmap.remove(number), naive.remove(&number));
                }
                prop_assert_eq!(bitmap.len(), naive.len() as u64);
                prop_assert_eq!(bitmap.contains(number), naive.contains(&number));
                let rank = naive.range(..number).count() as u64;
                prop_assert_eq!(bitmap.rank(number), rank);
            }
        }
    }
}
