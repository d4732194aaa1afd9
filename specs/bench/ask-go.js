// @ts-check
/** Readers and writers in turn, each asking and subscribing, synchronously; beside the program in Go without its pause. */
import { besideGo } from './go.js';
import { expectSame } from './measure.js';
import { createMap, dice, READERS, WRITERS } from './shared-map.js';

const ROUNDS = 5;
const map = createMap();
let asked = 0;
let readOps = 0;
let writeOps = 0;
const onRead = () => {
  readOps++;
};
const onWrite = () => {
  writeOps++;
};

function everyClientOnce() {
  for (let i = 0; i < READERS; i++) map.ask.read(dice(5)).subscribe(onRead);
  for (let i = 0; i < WRITERS; i++) map.ask.write({ key: dice(5), value: dice(100) }).subscribe(onWrite);
  asked += READERS + WRITERS;
}

await besideGo('ask and subscribe', '0', ROUNDS, (seconds) => {
  const before = asked;
  const begun = performance.now();
  while (performance.now() - begun < seconds * 1000) for (let i = 0; i < 100; i++) everyClientOnce();
  const took = performance.now() - begun;
  expectSame('operations', readOps + writeOps, asked);
  return (asked - before) / took * 1000;
});
