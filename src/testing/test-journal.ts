import { describe, expect, test } from 'vitest'
import type { Fact } from '../core/jobs/request-record.ts'
import { closeEntry } from '../core/ledger/entry.ts'
import type { Stores } from '../ports/stores.ts'
import {
  closingFacts,
  openingFacts,
  sampleAttempt,
  sampleCacheEntry,
  sampleEndedRequest,
  sampleHold,
  sampleIdempotencyKey,
  sampleImage,
  sampleNow,
  sampleOwedAnswer,
  sampleRequest,
  sampleSettledAttempt,
  settledFact,
} from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

/** Contract of {@link Stores.journal}: what every database must promise of writes. */
export function testJournal(name: string, open: OpenStores): void {
  describe(`${name}: journal`, () => {
    wholeLives(open)
    contradictionsOf(open)
    groups(open)
  })
}

const rejectsAsContradiction = (commit: Promise<void>) =>
  expect(commit).rejects.toMatchObject({ contradiction: expect.any(String) })

const closed = (name: string, at = sampleNow + 5_000): Fact => ({
  kind: 'hold-closed',
  entry: closeEntry(sampleHold(name), 'release', 0n, at),
})

function wholeLives(open: OpenStores): void {
  test('what one commit holds is all there once it resolves', () =>
    withStores(open, async (stores) => {
      await stores.journal.commit(openingFacts('one'))
      expect(await stores.requests.request('req_one')).toEqual(sampleRequest('one'))
      expect(await stores.requests.attempts('req_one')).toEqual([sampleAttempt('one')])

      await stores.journal.commit(closingFacts('one'))
      expect(await stores.requests.request('req_one')).toEqual(sampleEndedRequest('one'))
      expect(await stores.requests.attempts('req_one')).toEqual([sampleSettledAttempt('one')])
      expect(await stores.requests.images('req_one')).toEqual([
        sampleImage('one', { state: 'published' }),
      ])
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('a whole life may be one commit', () =>
    withStores(open, async (stores) => {
      await stores.journal.commit([...openingFacts('one'), ...closingFacts('one')])
      expect(await stores.requests.request('req_one')).toEqual(sampleEndedRequest('one'))
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('a commit without facts is no error', () =>
    withStores(open, (stores) => stores.journal.commit([])))

  test('a submitted job is kept when the settling call does not repeat it', () =>
    withStores(open, async (stores) => {
      const job = { id: 'job-7', pollUrl: 'https://provider.example/jobs/7', facts: {} }
      await stores.journal.commit(openingFacts('one'))
      await stores.journal.commit([{ kind: 'attempt-submitted', attemptId: 'att_one', job }])
      expect(await stores.requests.attempts('req_one')).toEqual([
        sampleAttempt('one', { state: 'submitted', job }),
      ])
      await stores.journal.commit([settledFact('one')])
      expect(await stores.requests.attempts('req_one')).toEqual([
        sampleSettledAttempt('one', { job }),
      ])
    }))

  test('a verdict in a later commit replaces what it may change', () =>
    withStores(open, async (stores) => {
      const verdict = {
        state: 'refused',
        refusal: 'blank',
        digest: 'f'.repeat(64),
        format: 'webp',
        width: 512,
        height: 256,
        byteLength: 77,
      } as const
      await stores.journal.commit([...openingFacts('one'), settledFact('one')])
      await stores.journal.commit([
        { kind: 'image-judged', image: sampleImage('one', { ...verdict, model: 'other' }) },
      ])
      expect(await stores.requests.image('img_one')).toEqual(sampleImage('one', verdict))
    }))

  test('a provider’s text with the character NUL loses no picture', () =>
    withStores(open, async (stores) => {
      const settled = settledFact('one')
      const images = [sampleImage('one', { revisedPrompt: 'a\0b', seed: 2 ** 63 })]
      await stores.journal.commit([...openingFacts('one'), { ...settled, images }])
      const image = await stores.requests.image('img_one')
      expect(image).toMatchObject({ revisedPrompt: 'a\u{FFFD}b', seed: 2 ** 63 })
    }))
}

/** Each: what is written first, then a commit that must be refused as a whole. */
const contradictions: Readonly<Record<string, readonly [readonly Fact[], readonly Fact[]]>> = {
  'a request accepted twice': [
    openingFacts('one'),
    [{ kind: 'request-accepted', request: sampleRequest('one') }],
  ],
  'a name used for two requests': [
    [{ kind: 'key-used', key: sampleIdempotencyKey('one') }],
    [{ kind: 'key-used', key: sampleIdempotencyKey('two') }],
  ],
  'an answer owed twice': [
    [{ kind: 'answer-owed', answer: sampleOwedAnswer('one') }],
    [{ kind: 'answer-owed', answer: sampleOwedAnswer('one', { holder: 'worker-b' }) }],
  ],
  'a hold opened twice': [openingFacts('one'), [{ kind: 'hold-opened', hold: sampleHold('one') }]],
  'a hold for an unknown request': [[], [{ kind: 'hold-opened', hold: sampleHold('one') }]],
  'an attempt started twice': [
    openingFacts('one'),
    [{ kind: 'attempt-started', attempt: sampleAttempt('one', { position: 1 }) }],
  ],
  'two attempts at one position': [
    openingFacts('one'),
    [{ kind: 'attempt-started', attempt: sampleAttempt('one', { id: 'att_other' }) }],
  ],
  'an attempt of an unknown request': [
    [],
    [{ kind: 'attempt-started', attempt: sampleAttempt('one') }],
  ],
  'an unknown attempt submitted': [
    openingFacts('one'),
    [{ kind: 'attempt-submitted', attemptId: 'att_other', job: {} }],
  ],
  'an attempt submitted twice': [
    [...openingFacts('one'), { kind: 'attempt-submitted', attemptId: 'att_one', job: {} }],
    [{ kind: 'attempt-submitted', attemptId: 'att_one', job: {} }],
  ],
  'an attempt submitted after it was settled': [
    [...openingFacts('one'), settledFact('one')],
    [{ kind: 'attempt-submitted', attemptId: 'att_one', job: {} }],
  ],
  'an unknown attempt settled': [openingFacts('one').slice(0, 2), [settledFact('one')]],
  'an attempt settled twice': [[...openingFacts('one'), settledFact('one')], [settledFact('one')]],
  'an attempt settled twice in one commit': [
    openingFacts('one'),
    [settledFact('one'), { ...settledFact('one'), images: [] }],
  ],
  'an attempt settled on an unknown hold': [
    openingFacts('one').filter((fact) => fact.kind !== 'hold-opened'),
    [settledFact('one')],
  ],
  'an image id used again': [
    [...openingFacts('one'), settledFact('one'), ...openingFacts('two')],
    [{ ...settledFact('two'), images: [sampleImage('two', { id: 'img_one' })] }],
  ],
  'an unknown image judged': [
    openingFacts('one'),
    [{ kind: 'image-judged', image: sampleImage('one') }],
  ],
  'an image cached twice under one key': [
    [...openingFacts('one'), ...closingFacts('one')],
    [{ kind: 'cache-written', entry: sampleCacheEntry('one', { createdAt: sampleNow + 9_999 }) }],
  ],
  'an unknown image cached': [
    openingFacts('one'),
    [{ kind: 'cache-written', entry: sampleCacheEntry('one') }],
  ],
  'a request ended twice': [
    [...openingFacts('one'), ...closingFacts('one')],
    [{ kind: 'request-ended', request: sampleEndedRequest('one', { state: 'failed' }) }],
  ],
  'an unknown request ended': [[], [{ kind: 'request-ended', request: sampleEndedRequest('one') }]],
  'a hold closed twice': [[...openingFacts('one'), closed('one')], [closed('one')]],
  'a hold closed twice in one commit': [
    openingFacts('one'),
    [closed('one'), closed('one', sampleNow + 6_000)],
  ],
  'an unknown hold closed': [openingFacts('one').slice(0, 1), [closed('one')]],
}

function contradictionsOf(open: OpenStores): void {
  for (const [claim, [before, contradicting]] of Object.entries(contradictions)) {
    test(`${claim} is refused, and with it all of its commit`, () =>
      withStores(open, async (stores) => {
        if (before.length > 0) await stores.journal.commit(before)
        const seen = await everythingOf(stores)
        await rejectsAsContradiction(
          stores.journal.commit([...openingFacts('beside'), ...contradicting]),
        )
        expect(await everythingOf(stores)).toEqual(seen)
        expect(await stores.ledger.audit()).toEqual([])
        await stores.journal.commit(openingFacts('afterwards'))
      }))
  }
}

/** All that the samples could have written. */
async function everythingOf({ requests, ledger, cache, answers }: Stores) {
  const seen: unknown[] = [await ledger.balance('key_a', 'real')]
  const asked = { ...sampleOwedAnswer('any'), ...sampleIdempotencyKey('any'), now: sampleNow }
  seen.push(await answers.owed({ ...asked, limit: 9 }), await answers.named(asked))
  for (const name of ['one', 'two', 'beside']) {
    const id = `req_${name}`
    seen.push(await requests.request(id), await requests.attempts(id), await requests.images(id))
    seen.push(await ledger.entries(id), await ledger.hold(id))
    const { key } = sampleCacheEntry(name)
    seen.push(await cache.find({ key, now: sampleNow, limit: 9 }))
  }
  return seen
}

function groups(open: OpenStores): void {
  test('of commits that arrive together only the contradicting one is refused', () =>
    withStores(open, async (stores) => {
      const names = Array.from({ length: 40 }, (_, index) => `n${index}`)
      const outcomes = await Promise.allSettled(
        [...names, 'n7'].map((each) => stores.journal.commit(openingFacts(each))),
      )
      const refused = outcomes.flatMap((outcome, index) =>
        outcome.status === 'rejected' ? index : [],
      )
      expect(refused).toEqual([40])
      const held = 40n * sampleHold('n0').amountNano
      expect(await stores.ledger.balance('key_a', 'real')).toEqual({
        spentNano: 0n,
        heldNano: held,
      })
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('commits on one request keep their order without being awaited', () =>
    withStores(open, async (stores) => {
      const names = Array.from({ length: 12 }, (_, index) => `n${index}`)
      await Promise.all(
        names.flatMap((each) => [
          stores.journal.commit(openingFacts(each)),
          stores.journal.commit(closingFacts(each)),
        ]),
      )
      expect(await stores.ledger.balance('key_a', 'real')).toEqual({
        spentNano: 12n * 30_000_000n,
        heldNano: 0n,
      })
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('of two settlements of one attempt in one turn one is booked', () =>
    withStores(open, async (stores) => {
      await stores.journal.commit(openingFacts('one'))
      const [first, second] = [settledFact('one'), { ...settledFact('one'), images: [] }]
      const outcomes = await Promise.allSettled([
        stores.journal.commit([first]),
        stores.journal.commit([second]),
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
      expect(await stores.ledger.balance('key_a', 'real')).toMatchObject({ spentNano: 30_000_000n })
      expect(await stores.ledger.audit()).toEqual([])
    }))

  test('what was committed before close is written, what comes later is refused', async () => {
    const stores = await open()
    const committed = stores.journal.commit(openingFacts('one'))
    const closing = stores.close()
    await expect(stores.journal.commit(openingFacts('two'))).rejects.toThrow('closed')
    await Promise.all([committed, closing])
  })
}
