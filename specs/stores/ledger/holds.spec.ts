/** Money that is set aside: held, captured, released, expired to the millisecond. */
import { createStore } from 'ownstate';
import { createLedger, defineLedger, type LedgerEvent } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { catchError, map, mergeMap, of, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { balances, codeOf, handClock, ledgerWith, outcome } from './support.js';

describe('a hold', () => {
  it('sets money aside: it stays in the account, and is not available', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    expect(await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 60n })).toMatchObject({
      hold: 1, from: 'ann', to: 'bob', amount: 60n, expiresAt: Infinity,
    });
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ balance: 100n, held: 60n, available: 40n });
    await expect(ledger.ask.withdraw({ account: 'ann', amount: 41n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 40n });
    await expect(ledger.ask.hold({ from: 'ann', amount: 41n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 40n });
    expect(ledger.snapshot().total).toBe(100n);
  });

  it('is captured: the money goes where it was meant to go', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 60n });
    expect(await ledger.ask.capture({ hold: 1 })).toMatchObject({
      type: 'capture', from: 'ann', to: 'bob', amount: 60n, fromBalance: 40n, toBalance: 60n, hold: 1,
    });
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ balance: 40n, held: 0n, available: 40n });
    expect(await ledger.ask.getHold(1)).toMatchObject({ status: 'captured', captured: 60n });
  });

  it('is captured partly: the rest is free again', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 60n });
    await ledger.ask.capture({ hold: 1, amount: 25n });
    expect(balances(ledger, 'ann', 'bob')).toEqual([75n, 25n]);
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ held: 0n, available: 75n });
    expect(await ledger.ask.getHold(1)).toMatchObject({ status: 'captured', amount: 60n, captured: 25n });
  });

  it('is not captured beyond what is held', async () => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.hold({ from: 'ann', amount: 60n });
    await expect(ledger.ask.capture({ hold: 1, amount: 61n })).rejects.toMatchObject({ code: 'HOLD_EXCEEDED', hold: 1, amount: 61n, held: 60n });
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ balance: 100n, held: 60n });
  });

  it('without a goal leaves the ledger when it is captured', async () => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.hold({ from: 'ann', amount: 60n });
    expect(await ledger.ask.capture({ hold: 1 })).toMatchObject({ from: 'ann', to: undefined });
    expect(await ledger.ask.stats()).toMatchObject({ deposited: 100n, withdrawn: 60n, total: 40n });
  });

  it('is released: all of it is free again', async () => {
    const ledger = ledgerWith({ ann: 100n });
    const hold = await ledger.ask.hold({ from: 'ann', amount: 60n });
    expect(await ledger.ask.release({ hold: 1 })).toEqual(hold);
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ balance: 100n, held: 0n, available: 100n });
    expect(await ledger.ask.getHold(1)).toEqual({ ...hold, status: 'released', captured: 0n });
  });

  it.each(['captured', 'released'] as const)('ends once: %s, it is neither captured nor released again', async (status) => {
    const ledger = ledgerWith({ ann: 100n });
    await ledger.ask.hold({ from: 'ann', amount: 60n });
    await (status === 'captured' ? ledger.ask.capture({ hold: 1 }) : ledger.ask.release({ hold: 1 }));
    const before = await ledger.ask.getAccount('ann');
    await expect(ledger.ask.capture({ hold: 1 })).rejects.toMatchObject({ code: 'HOLD_ENDED', hold: 1, status });
    await expect(ledger.ask.release({ hold: 1 })).rejects.toMatchObject({ code: 'HOLD_ENDED', hold: 1, status });
    expect(await ledger.ask.getAccount('ann')).toEqual(before);
  });

  it('that never was is not found, nor one that ended long ago', async () => {
    const ledger = ledgerWith({ ann: 100n }, { maxHolds: 2 });
    await expect(ledger.ask.capture({ hold: 1 })).rejects.toMatchObject({ code: 'HOLD_NOT_FOUND', hold: 1 });
    for (const hold of [1, 2, 3]) {
      await ledger.ask.hold({ from: 'ann', amount: 1n });
      await ledger.ask.release({ hold });
    }
    await expect(ledger.ask.release({ hold: 1 })).rejects.toMatchObject({ code: 'HOLD_NOT_FOUND' });
    await expect(ledger.ask.release({ hold: 2 })).rejects.toMatchObject({ code: 'HOLD_ENDED' });
  });

  it('is refused where there are as many as there may be', async () => {
    const ledger = ledgerWith({ ann: 100n }, { maxHolds: 2 });
    await ledger.ask.hold({ from: 'ann', amount: 1n });
    await ledger.ask.hold({ from: 'ann', amount: 1n });
    await expect(ledger.ask.hold({ from: 'ann', amount: 1n })).rejects.toMatchObject({ code: 'LEDGER_FULL', of: 'holds', limit: 2 });
    await ledger.ask.release({ hold: 2 });
    expect(await ledger.ask.hold({ from: 'ann', amount: 1n })).toMatchObject({ hold: 3 });
  });

  it('of a frozen account is not captured, but released; so is one whose money is to go there', async () => {
    const ledger = ledgerWith({ ann: 100n, bob: 0n });
    await ledger.ask.hold({ from: 'ann', to: 'bob', amount: 60n });
    for (const account of ['ann', 'bob']) {
      await ledger.ask.freeze(account);
      await expect(ledger.ask.capture({ hold: 1 })).rejects.toMatchObject({ code: 'ACCOUNT_FROZEN', account });
      await ledger.ask.unfreeze(account);
    }
    await ledger.ask.freeze('ann');
    await ledger.ask.release({ hold: 1 });
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ held: 0n });
  });

  it('announces what becomes of it', async () => {
    const ledger = ledgerWith({ ann: 100n });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    const one = await ledger.ask.hold({ from: 'ann', amount: 1n });
    const other = await ledger.ask.hold({ from: 'ann', amount: 2n });
    const transaction = await ledger.ask.capture({ hold: 1 });
    await ledger.ask.release({ hold: 2 });
    expect(events).toEqual([
      { type: 'held', hold: one }, { type: 'held', hold: other }, { type: 'posted', transaction }, { type: 'released', hold: other },
    ]);
  });
});

/** Lets so much time pass: what keeps no process alive doesn't keep virtual time going either. */
const pass = (m: Marbles, ms: number) => {
  m.scheduler.schedule(() => undefined, ms);
  m.flush();
};

describe('a hold with a lifetime', () => {
  it('is captured up to its last millisecond, and not in the one in which it expires', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler }));
    ledger.tell.hold({ from: 'ann', amount: 10n, ttl: 5 });
    ledger.tell.hold({ from: 'ann', amount: 20n, ttl: 5 });
    const capture = (hold: number) => ledger.ask.capture({ hold }).pipe(map(({ amount }) => amount), catchError((error: unknown) => of(codeOf(error))));
    const asks = m.cold('     ----ab|', { a: 1, b: 2 });
    const replies = '         ----xy|';

    m.expect<unknown>(asks.pipe(mergeMap(capture))).toBeObservable(replies, { x: 10n, y: 'expired' });
  }));

  it('is free again from that very millisecond on, whatever the period of the sweep', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler, sweep: 1_000_000 }));
    ledger.tell.hold({ from: 'ann', amount: 60n, ttl: 5 });
    ledger.tell.hold({ from: 'ann', amount: 30n, ttl: 3 });
    const asks = m.cold('      a-abab|');
    const available = '        x-xyyz|';
    const holds = '            2-2110|';

    m.expect<unknown>(asks.pipe(mergeMap(() => ledger.ask.getAccount('ann')), map((info) => info.available)))
      .toBeObservable(available, { x: 10n, y: 40n, z: 100n });
    m.expect<unknown>(asks.pipe(mergeMap(() => ledger.ask.stats()), map((stats) => String(stats.holds)))).toBeObservable(holds);
  }));

  it('is free for whoever wants the money in that very millisecond', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler, sweep: 1_000_000, maxHolds: 1 }));
    ledger.tell.hold({ from: 'ann', amount: 100n, ttl: 5 });
    const attempts = m.cold('  ----aab|');
    const outcomes = '         ----xyz|';

    const attempt = (what: string): Observable<string> => (what === 'a'
      ? ledger.ask.withdraw({ account: 'ann', amount: 1n }).pipe(map(() => 'took'))
      : ledger.ask.hold({ from: 'ann', amount: 1n }).pipe(map(() => 'held'))
    ).pipe(catchError((error: unknown) => of(codeOf(error))));
    m.expect(attempts.pipe(mergeMap(attempt))).toBeObservable(outcomes, { x: 'INSUFFICIENT_FUNDS', y: 'took', z: 'held' });
  }));

  it('lets its account be closed in that very millisecond', marbles((m) => {
    const ledger = m.watch(createLedger({ scheduler: m.scheduler, sweep: 1_000_000 }));
    ledger.tell.open({ account: 'ann', overdraft: 10n });
    ledger.tell.hold({ from: 'ann', amount: 10n, ttl: 3 });
    const attempts = m.cold('  --aa|');
    const outcomes = '         --xy|';

    m.expect(attempts.pipe(mergeMap(() => ledger.ask.close('ann').pipe(map(({ status }) => status as string), catchError((error: unknown) => of(codeOf(error)))))))
      .toBeObservable(outcomes, { x: 'ACCOUNT_NOT_EMPTY', y: 'closed' });
  }));

  it('is announced by one sweep for all that expired within its period', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler, sweep: 4 }));
    for (const ttl of [2, 3, 8]) ledger.tell.hold({ from: 'ann', amount: 10n, ttl });
    const expired = '         ------(ab)--c-';

    const hold = (number: number, ttl: number) => `${number} of ${ttl} ms`;
    m.expect(ledger.events$.pipe(map((event) => event.type === 'expired' ? hold(event.hold.hold, event.hold.expiresAt) : event.type)), '^-------------!')
      .toBeObservable(expired, { a: hold(1, 2), b: hold(2, 3), c: hold(3, 8) });
  }));

  it('needs no timer once nothing can expire: a store at rest is at rest', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler, sweep: 4 }));
    const seen = probe(ledger);
    ledger.tell.hold({ from: 'ann', amount: 10n });
    ledger.tell.hold({ from: 'ann', amount: 10n, ttl: 3 });
    ledger.tell.release({ hold: 2 });
    pass(m, 1000);
    // The one that was armed for the hold that was released is the last one.
    expect(seen.commands.filter(({ type }) => type === 'sweep')).toEqual([{ type: 'sweep', payload: undefined, time: 7 }]);
  }));

  it('that ended is taken for expired only if it was held until then', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler, sweep: 1 }));
    ledger.tell.hold({ from: 'ann', amount: 10n, ttl: 2 });
    ledger.tell.hold({ from: 'ann', amount: 10n, ttl: 2 });
    ledger.tell.capture({ hold: 2 });
    pass(m, 10);
    expect([outcome(ledger.ask.getHold(1)), outcome(ledger.ask.getHold(2))]).toMatchObject([{ status: 'expired' }, { status: 'captured' }]);
    expect(outcome(ledger.ask.getAccount('ann'))).toMatchObject({ held: 0n, available: 90n });
  }));

  it('frees the money of its own account only', async () => {
    const clock = handClock();
    const ledger = ledgerWith({ ann: 100n, bob: 100n }, { scheduler: clock.scheduler });
    await ledger.ask.hold({ from: 'ann', amount: 60n, ttl: 5 });
    await ledger.ask.hold({ from: 'bob', amount: 70n, ttl: 9 });
    clock.now = 5;
    expect(await ledger.ask.getAccount('ann')).toMatchObject({ held: 0n, available: 100n });
    expect(await ledger.ask.getAccount('bob')).toMatchObject({ held: 70n, available: 30n });
    await expect(ledger.ask.withdraw({ account: 'bob', amount: 31n })).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 30n });
  });

  it('stays expired when the clock steps back', async () => {
    const clock = handClock(1000);
    const ledger = ledgerWith({ ann: 100n }, { scheduler: clock.scheduler });
    await ledger.ask.hold({ from: 'ann', amount: 100n, ttl: 10 });
    clock.now = 1010;
    expect(await ledger.ask.getHold(1)).toMatchObject({ status: 'expired' });
    clock.now = 500;
    await ledger.ask.withdraw({ account: 'ann', amount: 100n });
    await expect(ledger.ask.capture({ hold: 1 })).rejects.toMatchObject({ code: 'HOLD_ENDED', status: 'expired' });
    expect(await ledger.ask.balance('ann')).toBe(0n);
  });

  it('lives longer than a platform timer can wait', marbles((m) => {
    const ledger = m.watch(ledgerWith({ ann: 100n }, { scheduler: m.scheduler }));
    const ttl = 2 ** 31 + 5;
    ledger.tell.hold({ from: 'ann', amount: 10n, ttl });
    const seen = probe(ledger);
    pass(m, ttl + 2000);
    expect(seen.events).toMatchObject([{ time: ttl + 1000, event: { type: 'expired' } }]);
  }, { maxFrames: 2 ** 32 }));

  it('is swept also where the mailbox was too full for the rest of a sweep', marbles((m) => {
    const definition = defineLedger();
    const { sweep } = definition.commands;
    const crowd = (...[book, , context]: Parameters<typeof sweep>) => {
      ledger.tell.unfreeze('ann');
      return sweep(book, undefined, context);
    };
    const ledger = m.watch(createStore({ ...definition, commands: { ...definition.commands, crowd } }, { scheduler: m.scheduler, mailbox: { capacity: 1 } }));
    ledger.tell.open({ account: 'ann', overdraft: 'unlimited' });
    for (let made = 0; made < 10_001; made++) ledger.tell.hold({ from: 'ann', amount: 1n, ttl: 5 });
    const events: string[] = [];
    ledger.events$.subscribe(({ type }) => events.push(type));
    const refused: unknown[] = [];
    ledger.errors$.subscribe(({ error }) => refused.push(codeOf(error)));
    m.cold('-----x').subscribe(() => ledger.tell.crowd());
    pass(m, 2000);
    expect(refused).toEqual(['MAILBOX_FULL']);
    expect(events).toEqual(Array.from({ length: 10_001 }, () => 'expired'));
  }, { maxFrames: 3000 }));

  it('is swept early where more have expired than there may be: what is not swept yet has a bound', async () => {
    const clock = handClock();
    const ledger = ledgerWith({ ann: 100n }, { scheduler: clock.scheduler, maxHolds: 2, sweep: 1e9 });
    const events: LedgerEvent[] = [];
    ledger.events$.subscribe((event) => events.push(event));
    for (let made = 0; made < 6; made++) {
      await ledger.ask.hold({ from: 'ann', amount: 1n, ttl: 1 });
      clock.now++;
    }
    expect(events.map((event) => event.type === 'held' || event.type === 'expired' ? `${event.type} ${event.hold.hold}` : event.type))
      .toEqual(['held 1', 'held 2', 'held 3', 'held 4', 'expired 1', 'held 5', 'expired 2', 'held 6', 'expired 3']);
    expect([1, 2, 4, 6].map((hold) => codeOf(outcome(ledger.ask.getHold(hold))))).toEqual(['HOLD_NOT_FOUND', 'expired', 'expired', 'expired']);
    expect(await ledger.ask.stats()).toMatchObject({ holds: 0 });
    expect(await ledger.ask.sweep()).toBe(3);
    expect(events.slice(9).map(({ type }) => type)).toEqual(['expired', 'expired', 'expired']);
  });

  it('is looked at once when it has expired, however many commands and queries come before the sweep', async () => {
    const clock = handClock();
    const ledger = ledgerWith({}, { scheduler: clock.scheduler });
    for (let account = 0; account < 2000; account++) {
      ledger.tell.open({ account });
      ledger.tell.deposit({ account, amount: 100n });
    }
    for (let made = 0; made < 40_000; made++) ledger.tell.hold({ from: made % 2000, amount: 1n, ttl: 10 });
    clock.now = 10;
    expect((await ledger.ask.accounts({ limit: 2000 })).accounts.every(({ held, available }) => held === 0n && available === 100n)).toBe(true);
    for (let account = 0; account < 2000; account++) {
      expect(codeOf(outcome(ledger.ask.withdraw({ account, amount: 101n })))).toBe('INSUFFICIENT_FUNDS');
    }
    expect(await ledger.ask.sweep()).toBe(10_000);
  }, 4000);

  it('is swept in parts where there are many, so that others come in between', async () => {
    const clock = handClock();
    const ledger = ledgerWith({ ann: 100_000n }, { scheduler: clock.scheduler });
    for (let made = 0; made < 10_001; made++) ledger.tell.hold({ from: 'ann', amount: 1n, ttl: 1 });
    clock.now = 1;
    const swept = ledger.ask.sweep();
    expect(await swept).toBe(10_000);
    expect(await ledger.ask.sweep()).toBe(0);
    expect(await ledger.ask.stats()).toMatchObject({ holds: 0 });
  });
});
