import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Fact } from '../../core/jobs/request-record.ts'
import { closingFacts, openingFacts, sampleRequest } from '../../testing/sample-records.ts'
import { type Engine, queryPrinter } from './engine.ts'
import { contradictionError, unavailableError } from './errors.ts'
import { GroupCommitJournal, type JournalOptions } from './journal.ts'

interface FakeEngine extends Engine {
  /** Ids of the requests each transaction accepted, transaction by transaction. */
  readonly groups: string[][]
  /** Called with the ids of each transaction before it is confirmed. */
  beforeConfirm: (ids: readonly string[]) => void | Promise<void>
}

/** An engine that confirms everything and notes which requests came together. */
function fakeEngine(isBlocking = false): FakeEngine {
  const groups: string[][] = []
  const engine: FakeEngine = {
    name: 'SQLite',
    kysely: queryPrinter({
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    }),
    rowsPerStatement: 1,
    isBlocking,
    canSkipLocked: false,
    migrationLock: undefined,
    groups,
    beforeConfirm: () => undefined,
    execute: async () => ({ rows: [], changes: 0 }),
    close: async () => undefined,
    async transact(steps) {
      const ids: string[] = []
      const running = steps()
      let step = running.next()
      while (step.done !== true) {
        if (step.value.sql.startsWith('insert into "requests"')) {
          ids.push(String(step.value.parameters[0]))
        }
        step = running.next({ rows: [], changes: 1 })
      }
      await engine.beforeConfirm(ids)
      groups.push(ids)
    },
  }
  return engine
}

/** A journal whose waits are run by hand: `turn` runs what was scheduled and tells the delays. */
function journalOf(engine: Engine, options: JournalOptions = {}) {
  const scheduled: { readonly callback: () => void; readonly delayMs: number }[] = []
  const journal = new GroupCommitJournal(engine, {
    schedule: (callback, delayMs) => scheduled.push({ callback, delayMs }),
    ...options,
  })
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    journal,
    async turn() {
      const delays = scheduled.map(({ delayMs }) => delayMs)
      for (const { callback } of scheduled.splice(0)) callback()
      await settled()
      return delays
    },
  }
}

const accepted = (name: string): readonly Fact[] => [
  { kind: 'request-accepted', request: sampleRequest(name) },
]

describe('groups', () => {
  test('commits of one turn share one transaction, in their order', async () => {
    const engine = fakeEngine()
    const { journal, turn } = journalOf(engine)
    const commits = ['c', 'a', 'b'].map((name) => journal.commit(accepted(name)))
    expect(await turn()).toEqual([0])
    await Promise.all(commits)
    expect(engine.groups).toEqual([['req_c', 'req_a', 'req_b']])
    expect(await turn()).toEqual([])
  })

  test('commits that come while a group is written form the next one', async () => {
    const engine = fakeEngine()
    const { journal, turn } = journalOf(engine)
    const late: Promise<void>[] = []
    engine.beforeConfirm = () => {
      if (late.length > 0) return
      late.push(...['b', 'c'].map((name) => journal.commit(accepted(name))))
    }
    const first = journal.commit(accepted('a'))
    await turn()
    await first
    expect(await turn()).toEqual([0])
    await Promise.all(late)
    expect(engine.groups).toEqual([['req_a'], ['req_b', 'req_c']])
  })

  test('a group has no more facts than its limit, but a larger commit passes alone', async () => {
    const engine = fakeEngine()
    const { journal, turn } = journalOf(engine, { maxFactsPerGroup: 2 })
    const large = ['x', 'y', 'z'].flatMap(accepted)
    const commits = [large, ...['a', 'b', 'c'].map(accepted)].map((facts) => journal.commit(facts))
    for (let count = 0; count < 3; count += 1) await turn()
    await Promise.all(commits)
    expect(engine.groups).toEqual([['req_x', 'req_y', 'req_z'], ['req_a', 'req_b'], ['req_c']])
  })

  test('commits that speak of the same thing never share a group', async () => {
    const engine = fakeEngine()
    const { journal, turn } = journalOf(engine)
    const commits = [accepted('a'), accepted('b'), closingFacts('a'), accepted('c')].map((facts) =>
      journal.commit(facts),
    )
    await turn()
    await turn()
    await Promise.all(commits)
    expect(engine.groups).toEqual([['req_a', 'req_b'], ['req_c']])
  })

  test('after a contradiction each commit is tried alone, and one is refused', async () => {
    const engine = fakeEngine()
    const { journal, turn } = journalOf(engine)
    engine.beforeConfirm = (ids) => {
      if (ids.includes('req_b')) throw contradictionError('b')
    }
    const commits = ['a', 'b', 'c'].map((name) => journal.commit(accepted(name)))
    const outcomes = Promise.allSettled(commits)
    await turn()
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(engine.groups).toEqual([['req_a'], ['req_c']])
  })

  test('a lost database refuses the whole group once, without trying each', async () => {
    const engine = fakeEngine()
    const { journal, turn } = journalOf(engine)
    let tries = 0
    engine.beforeConfirm = () => {
      tries += 1
      throw unavailableError('SQLite', new Error('gone'))
    }
    const outcomes = Promise.allSettled(['a', 'b'].map((name) => journal.commit(accepted(name))))
    await turn()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(tries).toBe(1)
  })
})

describe('limits', () => {
  test('new work is refused when too many wait, what is paid already is not', async () => {
    const { journal, turn } = journalOf(fakeEngine(), { maxWaitingCommits: 2 })
    const waiting = ['a', 'b'].map((name) => journal.commit(accepted(name)))
    await expect(journal.commit(openingFacts('c'))).rejects.toMatchObject({
      code: 'ledger_unavailable',
      journal_full: { limit: 2 },
    })
    const paid = journal.commit(closingFacts('d'))
    await turn()
    await Promise.all([...waiting, paid])
  })
})

describe('rests', () => {
  /** Each reading is 3 ms later than the one before: every group takes 3 ms. */
  const ticking = () => {
    let ms = 0
    return () => {
      ms += 3
      return ms
    }
  }

  test('a blocking database rests after a group of several, so that the next gathers', async () => {
    const { journal, turn } = journalOf(fakeEngine(true), { nowMs: ticking() })
    const together = ['a', 'b'].map((name) => journal.commit(accepted(name)))
    await turn()
    await Promise.all(together)
    const late = journal.commit(accepted('c'))
    expect(await turn()).toEqual([6])
    await late
    expect(await turn()).toEqual([])
  })

  test('it does not rest after a lone commit', async () => {
    const { journal, turn } = journalOf(fakeEngine(true), { nowMs: ticking() })
    const alone = journal.commit(accepted('a'))
    await turn()
    await alone
    expect(await turn()).toEqual([])
  })

  test('a database that does not block never rests', async () => {
    const { journal, turn } = journalOf(fakeEngine(false), { nowMs: ticking() })
    const together = ['a', 'b'].map((name) => journal.commit(accepted(name)))
    await turn()
    await Promise.all(together)
    expect(await turn()).toEqual([])
  })
})
