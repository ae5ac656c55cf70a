import { IDEMPOTENCY_MS, type IdempotencyKey } from '../core/answers/idempotency-key.ts'
import type { OwedAnswer } from '../core/answers/owed-answer.ts'
import type {
  Attempt,
  CacheEntry,
  Fact,
  ImageRecord,
  RequestRecord,
} from '../core/jobs/request-record.ts'
import { closeEntry, type Hold, settleEntry } from '../core/ledger/entry.ts'

/*
 * Records of a request's whole life for contract suites. Every id derives from one `name`, so two
 * names never collide and a failing test says which request it spoke of.
 */

/** The instant all samples count from: 2026-11-01T00:00:00Z. */
export const sampleNow = Date.UTC(2026, 10, 1)

/** A request as accepted. */
export const sampleRequest = (
  name: string,
  changes: Partial<RequestRecord> = {},
): RequestRecord => ({
  id: `req_${name}`,
  tenant: 'tenant-a',
  keyId: 'key_a',
  operation: 'generate',
  model: 'bfl/flux-2-pro',
  state: 'running',
  request: { prompt: `a lighthouse at dusk, ${name}`, n: 1, size: { width: 1024, height: 1024 } },
  plan: { steps: [{ offer: 'bfl/flux-2-pro', high: '0.045' }], reason: 'cheapest per accepted' },
  book: 'real',
  priceVersion: 'live-2026-11-01',
  createdAt: sampleNow,
  costNano: 0n,
  leaseOwner: 'worker-a',
  leaseUntil: sampleNow + 60_000,
  ...changes,
})

/** The hold of a request: 45,000,000 nano-dollars = $0.045. */
export const sampleHold = (name: string, changes: Partial<Hold> = {}): Hold => ({
  id: `hld_${name}`,
  requestId: `req_${name}`,
  book: 'real',
  keyId: 'key_a',
  amountNano: 45_000_000n,
  openedAt: sampleNow,
  ...changes,
})

/** The first attempt of a request, about to be sent. */
export const sampleAttempt = (name: string, changes: Partial<Attempt> = {}): Attempt => ({
  id: `att_${name}`,
  requestId: `req_${name}`,
  position: 0,
  offer: 'bfl/flux-2-pro',
  step: 0,
  images: 1,
  state: 'submitting',
  call: { settings: { quality: 'medium' }, expectedSize: { width: 1024, height: 1024 } },
  startedAt: sampleNow + 5,
  costNano: 0n,
  ...changes,
})

/** The same attempt, produced and charged $0.03. */
export const sampleSettledAttempt = (name: string, changes: Partial<Attempt> = {}): Attempt =>
  sampleAttempt(name, {
    state: 'settled',
    settledAt: sampleNow + 4_000,
    outcome: 'produced',
    costNano: 30_000_000n,
    costBasis: 'book',
    charge: [{ kind: 'first_plus_extra_mp', quantity: '1', amount: '0.03' }],
    usage: { images: 1, megapixels: '1.048576' },
    providerRequestId: `provider-${name}`,
    ...changes,
  })

/** A stored picture of a request. */
export const sampleImage = (name: string, changes: Partial<ImageRecord> = {}): ImageRecord => ({
  id: `img_${name}`,
  requestId: `req_${name}`,
  attemptId: `att_${name}`,
  tenant: 'tenant-a',
  originalDigest: `digest-of-${name}`.padEnd(64, '0'),
  digest: `digest-of-${name}`.padEnd(64, '0'),
  format: 'png',
  width: 1024,
  height: 1024,
  byteLength: 1_536_000,
  state: 'stored',
  model: 'flux-2-pro',
  provider: 'bfl',
  costNano: 30_000_000n,
  seed: 4_294_967_295,
  createdAt: sampleNow + 4_000,
  ...changes,
})

/** The cache entry of a picture, good for a day. */
export const sampleCacheEntry = (name: string, changes: Partial<CacheEntry> = {}): CacheEntry => ({
  key: `cache-key-of-${name}`.padEnd(64, '0'),
  imageId: `img_${name}`,
  tenant: 'tenant-a',
  createdAt: sampleNow + 4_000,
  expiresAt: sampleNow + 86_400_000,
  ...changes,
})

/** What the client of a request is owed; equal for all names. */
export const sampleOwedAnswer = (name: string, changes: Partial<OwedAnswer> = {}): OwedAnswer => ({
  requestId: `req_${name}`,
  keyId: 'key_a',
  fingerprint: 'f'.repeat(64),
  createdAt: sampleNow,
  holder: 'worker-a',
  heldUntil: sampleNow + 10_000,
  keptUntil: sampleNow + 610_000,
  ...changes,
})

/** A name that a client gave to a request; the same for all requests. */
export const sampleIdempotencyKey = (
  name: string,
  changes: Partial<IdempotencyKey> = {},
): IdempotencyKey => ({
  keyId: 'key_a',
  name: 'order 7',
  fingerprint: 'f'.repeat(64),
  requestId: `req_${name}`,
  usedAt: sampleNow,
  expiresAt: sampleNow + IDEMPOTENCY_MS,
  ...changes,
})

/** The request at its end. */
export const sampleEndedRequest = (
  name: string,
  changes: Partial<RequestRecord> = {},
): RequestRecord =>
  sampleRequest(name, {
    state: 'completed',
    endedAt: sampleNow + 4_100,
    costNano: 30_000_000n,
    listCostNano: 53_000_000n,
    savedNano: 23_000_000n,
    summary: { route: 'bfl/flux-2-pro', cache: 'miss', warnings: [], timings: { total: 4_100 } },
    leaseOwner: undefined,
    leaseUntil: undefined,
    ...changes,
  })

/** What is written before anything is sent: request, hold and attempt. */
export const openingFacts = (name: string): readonly Fact[] => [
  { kind: 'request-accepted', request: sampleRequest(name) },
  { kind: 'hold-opened', hold: sampleHold(name) },
  { kind: 'attempt-started', attempt: sampleAttempt(name) },
]

/** The attempt's end with one picture. */
export const settledFact = (name: string): Extract<Fact, { kind: 'attempt-settled' }> => {
  const attempt = sampleSettledAttempt(name)
  const entry = settleEntry(sampleHold(name), { ...attempt, book: 'real' }, sampleNow + 4_000)
  return { kind: 'attempt-settled', attempt, entry, images: [sampleImage(name)] }
}

/** What is written after the answer: settled, judged good, cached, ended, hold closed. */
export const closingFacts = (name: string): readonly Fact[] => [
  settledFact(name),
  { kind: 'image-judged', image: sampleImage(name, { state: 'published' }) },
  { kind: 'cache-written', entry: sampleCacheEntry(name) },
  { kind: 'request-ended', request: sampleEndedRequest(name) },
  {
    kind: 'hold-closed',
    entry: closeEntry(sampleHold(name), 'release', 30_000_000n, sampleNow + 4_100),
  },
]
