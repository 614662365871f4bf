// SHA-256 of a text with a number behind it, for ever other numbers. In plain JavaScript: the browser's own
// is missing where a page has no secure transport, and a promise for each number takes longer than the hash.

/** Digits of a number, at most. */
const DIGITS = 16;

/** What the first 64 primes' cube roots have behind the point. */
// biome-ignore format: eight in a row
const ROUNDS = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** The same of the square roots of the first eight. */
// biome-ignore format: eight in a row
const START = new Uint32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** The element of an array that is there. */
const at = (words: ArrayLike<number>, n: number) => words[n] as number;

const add = (words: Uint32Array, n: number, by: number) => {
  words[n] = at(words, n) + by;
};

const turned = (word: number, by: number) => (word >>> by) | (word << (32 - by));

export class Digester {
  /** The text, the number, and what pads them to whole blocks. */
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly length: number;
  private readonly schedule = new Uint32Array(64);
  private readonly state = new Uint32Array(8);

  constructor(text: string) {
    const encoded = new TextEncoder().encode(text);
    this.length = encoded.length;
    this.bytes = new Uint8Array(blocksFor(this.length + DIGITS) * 64);
    this.bytes.set(encoded);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Returns the hash as eight words, which the next call overwrites. */
  digest(number: number): Uint32Array {
    const nBlocks = this.write(String(number));
    this.state.set(START);
    for (let block = 0; block < nBlocks; block += 1) this.compress(block * 64);
    return this.state;
  }

  /** Writes the number and the padding behind it; returns how many blocks there are. */
  private write(digits: string): number {
    const { bytes, view } = this;
    let end = this.length;
    for (let n = 0; n < digits.length; n += 1) {
      bytes[end] = digits.charCodeAt(n);
      end += 1;
    }
    const nBlocks = blocksFor(end);
    bytes.fill(0, end);
    bytes[end] = 0x80;
    view.setUint32(nBlocks * 64 - 4, end * 8);
    return nBlocks;
  }

  private compress(offset: number): void {
    const { schedule, state, view } = this;
    for (let n = 0; n < 16; n += 1) schedule[n] = view.getUint32(offset + 4 * n);
    for (let n = 16; n < 64; n += 1) {
      const early = at(schedule, n - 15);
      const late = at(schedule, n - 2);
      const small = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
      const great = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
      schedule[n] = at(schedule, n - 16) + small + at(schedule, n - 7) + great;
    }
    let a = at(state, 0);
    let b = at(state, 1);
    let c = at(state, 2);
    let d = at(state, 3);
    let e = at(state, 4);
    let f = at(state, 5);
    let g = at(state, 6);
    let h = at(state, 7);
    for (let n = 0; n < 64; n += 1) {
      const great = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const chosen = (e & f) ^ (~e & g);
      const first = (h + great + chosen + at(ROUNDS, n) + at(schedule, n)) | 0;
      const small = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const most = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + small + most) | 0;
    }
    add(state, 0, a);
    add(state, 1, b);
    add(state, 2, c);
    add(state, 3, d);
    add(state, 4, e);
    add(state, 5, f);
    add(state, 6, g);
    add(state, 7, h);
  }
}

/** Blocks of 64 bytes for a text of this length: with a bit behind it, and its length at the end. */
const blocksFor = (length: number) => (length + 9 + 63) >> 6;
