import { type Advance, advanceFeed, type FeedInput } from '../core/pricebook/feed/advance.ts'
import { feedLayerOf } from '../core/pricebook/feed/feed-layer.ts'
import type { FeedState } from '../core/pricebook/feed/feed-state.ts'
import { pollDelayMs } from '../core/pricebook/feed/poll-delay.ts'
import type { RecordedChange } from '../core/pricebook/feed/recorded-change.ts'
import { layRows, type PriceLayers, type PricePart } from '../core/pricebook/layers.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import { runAtOnce } from '../core/steps.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { HistoryStore } from '../ports/history-store.ts'
import type { Log } from '../ports/log.ts'
import type { PriceSource, SourceAnswer } from '../ports/price-source.ts'
import type { PriceStore, SourceStatus, StoredFeed } from '../ports/price-store.ts'
import type { GatewayEvent } from './events.ts'
import type { PriceDesk } from './price-desk.ts'
import { impactsOf } from './price-impact.ts'

/** Limits of watching prices. */
const limits = {
  /** Between two turns: how late a change that another replica found, or a due look, can be. */
  turnMs: 5_000,
  /** One look at a source, whatever it does. */
  lookMs: 150_000,
  /** Steps that another process was faster with, before a turn gives up. */
  maxConflicts: 8,
  /** A source is stale when no look succeeded for so many of its intervals. */
  staleIntervals: 3,
  /** So much of a failure is told. */
  maxErrorCharacters: 300,
} as const

/** What watching prices needs. */
export interface PriceWatchParts {
  readonly desk: PriceDesk
  readonly sources: readonly PriceSource[]
  readonly store: PriceStore
  readonly history: HistoryStore
  readonly clock: Clock
  readonly random: Random
  readonly sha256: Sha256
  readonly log: Log
  readonly emit: (event: GatewayEvent) => void
  /** Other work of each turn, such as writing bills down. */
  readonly beforeTurn?: () => Promise<void>
}

/**
 * Reads price sources when they are due, works out what changed, puts the new prices in force and
 * tells what they mean. Any number of replicas may watch: each source is looked at by one of them,
 * the state is stepped by one at a time, and all put the same prices in force.
 */
export class PriceWatch {
  readonly #parts: PriceWatchParts
  #revision = 0
  #loop: Promise<void> | undefined
  /** The last input being taken; they follow one another within this process. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: PriceWatchParts) {
    this.#parts = parts
  }

  /** What is looked at. */
  get sources(): readonly PriceSource[] {
    return this.#parts.sources
  }

  /** What was read, what changed and what waits. */
  get store(): PriceStore {
    return this.#parts.store
  }

  /** Puts the prices in force that are known from before; then looks again and again. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#guarded(() => this.follow())
    this.#loop = this.#run(signal)
  }

  /** Resolves when the loop has ended after its signal. */
  async ended(): Promise<void> {
    await this.#loop
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#guarded(() => this.turn(signal))
      await this.#parts.clock.sleep(limits.turnMs, signal).catch(() => undefined)
    }
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#parts.log.error({ error }, 'watching prices failed')
    }
  }

  /** One turn: follows other replicas, then looks at what is due. */
  async turn(signal: AbortSignal): Promise<void> {
    await this.#parts.beforeTurn?.()
    await this.follow()
    const known = new Map((await this.#parts.store.sources()).map((each) => [each.id, each]))
    for (const source of this.#parts.sources) {
      if (signal.aborted) return
      const status = known.get(source.id)
      if (status === undefined || status.dueAt <= this.#parts.clock.now()) {
        await this.look(source, { signal })
      }
    }
  }

  /** Puts in force what another replica has worked out. */
  async follow(): Promise<void> {
    const stored = await this.#parts.store.feed()
    if (stored.revision === this.#revision) return
    await this.#enforce(stored.state)
    this.#revision = stored.revision
  }

  /**
   * Looks at a source, when no other replica does.
   * @param how.isForced looks although it is not due, because a person asked for it.
   * @returns what changed; undefined when it was not due, or could not be read.
   */
  async look(
    source: PriceSource,
    how: { readonly signal: AbortSignal; readonly isForced?: boolean },
  ): Promise<readonly RecordedChange[] | undefined> {
    const { store, clock } = this.#parts
    const now = clock.now()
    const claim = { id: source.id, now, until: now + 2 * limits.lookMs }
    if (!(await store.claimSource(claim)) && how.isForced !== true) return undefined
    const status = (await store.sources()).find(({ id }) => id === source.id)
    const before = status ?? { id: source.id, version: {}, failures: 0, dueAt: now }
    try {
      const limit = AbortSignal.any([how.signal, AbortSignal.timeout(limits.lookMs)])
      const answer = await source.fetch(how.isForced === true ? {} : before.version, limit)
      const changes = await this.apply(inputOf(source, answer))
      await store.noteSource(this.#read(source, before, answer))
      return changes
    } catch (error) {
      await store.noteSource(this.#failed(source, before, error))
      return undefined
    }
  }

  /** Takes one input: works out what changes, puts it in force, records it, tells it. */
  apply(input: FeedInput): Promise<readonly RecordedChange[]> {
    const applied = this.#last.then(() => this.#apply(input))
    this.#last = applied.catch(() => undefined)
    return applied
  }

  /**
   * A person decides about a change that waits.
   * @returns what changed because of it; undefined when no such change waits.
   */
  async decide(decision: {
    readonly id: string
    readonly verdict: 'approved' | 'refused'
    readonly by: string
  }): Promise<readonly RecordedChange[] | undefined> {
    const { state } = await this.#parts.store.feed()
    if (!state.quarantine.some(({ id }) => id === decision.id)) return undefined
    return this.apply({ kind: 'decision', ...decision })
  }

  /** The operator's books are others: what that changes is recorded like any other change. */
  async replaceBooks(parts: readonly PricePart[]): Promise<readonly RecordedChange[]> {
    const { desk } = this.#parts
    const before = curatedRows(desk.layers())
    await desk.replaceLayer('book', parts)
    return this.apply({ kind: 'book_changed', before })
  }

  async #apply(input: FeedInput): Promise<readonly RecordedChange[]> {
    const { store, desk, clock, sha256 } = this.#parts
    for (let conflicts = 0; conflicts < limits.maxConflicts; conflicts += 1) {
      const stored = await store.feed()
      const now = clock.now()
      const curated = curatedRows(desk.layers())
      const advance = advanceFeed(stored.state, input, { now, curated, digest: sha256 })
      const before = desk.snapshot()
      await this.#enforce(advance.state)
      const changes = await this.#record(advance, before)
      const step = { from: stored.revision, state: advance.state, changes }
      const isWritten = await store.advance(step).catch(async (error: unknown) => {
        // Nothing may hold that nobody recorded: the next look finds the same change again.
        await this.#enforce(stored.state)
        throw error
      })
      if (isWritten) {
        this.#revision = stored.revision + 1
        this.#tell(changes)
        return changes
      }
      await this.#follow(await store.feed())
    }
    throw new Error('other processes were faster each time')
  }

  async #follow({ state, revision }: StoredFeed): Promise<void> {
    await this.#enforce(state)
    this.#revision = revision
  }

  async #enforce(state: FeedState): Promise<void> {
    const { parts, lifecycles } = feedLayerOf(state)
    await this.#parts.desk.replaceFeed(parts, lifecycles)
  }

  async #record(
    { changes }: Advance,
    before: ReturnType<PriceDesk['snapshot']>,
  ): Promise<readonly RecordedChange[]> {
    const { desk, history, clock, log } = this.#parts
    const now = clock.now()
    const comparison = { before, after: desk.snapshot(), now }
    const impacts = await impactsOf(changes, comparison, history).catch((error: unknown) => {
      // A change must be recorded although nobody can say what it means.
      log.error({ error }, 'the effect of a price change could not be worked out')
      return new Map<string, NonNullable<RecordedChange['impact']>>()
    })
    return changes.map((change) => ({
      change,
      impact: impacts.get(change.id) ?? null,
      recordedAt: now,
    }))
  }

  #tell(changes: readonly RecordedChange[]): void {
    for (const recorded of changes) {
      const { offer, kind, state, source } = recorded.change
      this.#parts.log.info({ offer, change: kind, state, source }, 'price change')
      this.#parts.emit({ kind: 'price-changed', recorded })
    }
  }

  #read(source: PriceSource, before: SourceStatus, answer: SourceAnswer): SourceStatus {
    const { fetchedAt } = answer
    this.#parts.emit({ kind: 'feed-read', source: source.id, fetchedAt })
    return {
      id: source.id,
      version: answer.kind === 'read' ? answer.version : before.version,
      fetchedAt,
      failures: 0,
      dueAt: this.#dueAt(source, 0),
    }
  }

  #failed(source: PriceSource, before: SourceStatus, error: unknown): SourceStatus {
    const { log, emit, clock } = this.#parts
    const failures = before.failures + 1
    const text = error instanceof Error ? error.message : String(error)
    const { fetchedAt } = before
    const failedAt = clock.now()
    const silentMs = failedAt - (fetchedAt ?? before.failedAt ?? failedAt)
    const isStale = silentMs > limits.staleIntervals * source.everyMs
    log.warn({ source: source.id, error, failures }, 'price source not read')
    emit({
      ...{ kind: 'feed-failed', source: source.id, failures, isStale },
      error: text.slice(0, limits.maxErrorCharacters),
      ...(fetchedAt === undefined ? {} : { fetchedAt }),
    })
    const dueAt = this.#dueAt(source, failures)
    return { ...before, failures, failedAt, error: text.slice(0, 300), dueAt }
  }

  #dueAt({ everyMs }: PriceSource, failures: number): number {
    const [first = 0, second = 0] = this.#parts.random.bytes(2)
    const roll = (first * 256 + second) / 65_536
    return this.#parts.clock.now() + pollDelayMs(everyMs, failures, roll)
  }
}

const inputOf = (source: PriceSource, answer: SourceAnswer): FeedInput => {
  const { id, kind, trust } = source
  if (answer.kind === 'unchanged') return { kind: 'unchanged', sourceId: id }
  return { kind: 'reading', source: { id, kind, trust }, reading: answer.reading }
}

/** The rows that hold without the feed: what the feed's prices are weighed against. */
export const curatedRows = (layers: PriceLayers): readonly PriceRow[] =>
  runAtOnce(layRows({ ...layers, feed: [] })).map(({ row }) => row)
