// @ts-check
/** 110 clients, each asking and awaiting without pause; beside the program in Go without its pause. */
import { besideGo } from './go.js';
import { createMap, dice, READERS, WRITERS } from './shared-map.js';

const ROUNDS = 5;
const ONCE = 1_000;
const map = createMap();
let readOps = 0;
let writeOps = 0;

async function reader() {
  for (let i = 0; i < ONCE; i++) {
    await map.ask.read(dice(5));
    readOps++;
  }
}

async function writer() {
  for (let i = 0; i < ONCE; i++) {
    if (await map.ask.write({ key: dice(5), value: dice(100) })) writeOps++;
  }
}

await besideGo('ask and await', '0', ROUNDS, async (seconds) => {
  const before = readOps + writeOps;
  const begun = performance.now();
  while (performance.now() - begun < seconds * 1000) {
    await Promise.all([...Array.from({ length: READERS }, reader), ...Array.from({ length: WRITERS }, writer)]);
  }
  return (readOps + writeOps - before) / (performance.now() - begun) * 1000;
});
