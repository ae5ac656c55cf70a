import { describe, expect, test } from 'vitest'
import type { Fact } from '../../core/jobs/request-record.ts'
import {
  closingFacts,
  openingFacts,
  sampleRequest,
  settledFact,
} from '../../testing/sample-records.ts'
import type { Engine } from './engine.ts'
import { contradictionError, unavailableError } from './errors.ts'
import { GroupCommitJournal, type JournalOptions } from './journal.ts'

interface FakeDatabase {
  readonly write: Engine['write']
  /** Ids of the requests each transaction spoke of, transaction by transaction. */
  readonly groups: string[][]
  /** Called with the ids of each transaction before it is confirmed. */
  beforeConfirm: (ids: readonly string[]) => void | Promise<void>
}

/** A database that confirms everything and notes which requests came together. */
function fakeDatabase(): FakeDatabase {
  const groups: string[][] = []
  const database: FakeDatabase = {
    groups,
    beforeConfirm: () => undefined,
    async write(batches) {
      const ids = batches.flatMap(({ subjects }) => subjects.filter((id) => id.startsWith('req_')))
      const named = [...new Set(ids)]
      await database.beforeConfirm(named)
      groups.push(named)
      return []
    },
  }
  return database
}

/** A journal whose turns are run by hand: `turn` runs what was scheduled and tells how much. */
function journalOf(database: FakeDatabase, options: JournalOptions = {}) {
  const scheduled: (() => void)[] = []
  const journal = new GroupCommitJournal(database.write, {
    schedule: (callback) => scheduled.push(callback),
    ...options,
  })
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    journal,
    async turn() {
      const callbacks = scheduled.splice(0)
      for (const callback of callbacks) callback()
      await settled()
      return callbacks.length
    },
  }
}

const accepted = (name: string): readonly Fact[] => [
  { kind: 'request-accepted', request: sampleRequest(name) },
]

describe('groups', () => {
  test('commits of one turn share one transaction, in their order', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database)
    const commits = ['c', 'a', 'b'].map((name) => journal.commit(accepted(name)))
    expect(await turn()).toBe(1)
    await Promise.all(commits)
    expect(database.groups).toEqual([['req_c', 'req_a', 'req_b']])
    expect(await turn()).toBe(0)
  })

  test('commits that come while a group is written form the next one', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database)
    const late: Promise<void>[] = []
    database.beforeConfirm = () => {
      if (late.length > 0) return
      late.push(...['b', 'c'].map((name) => journal.commit(accepted(name))))
    }
    const first = journal.commit(accepted('a'))
    await turn()
    await first
    expect(await turn()).toBe(1)
    await Promise.all(late)
    expect(database.groups).toEqual([['req_a'], ['req_b', 'req_c']])
  })

  test('a group has no more facts than its limit, but a larger commit passes alone', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database, { maxFactsPerGroup: 2 })
    const large = ['x', 'y', 'z'].flatMap(accepted)
    const commits = [large, ...['a', 'b', 'c'].map(accepted)].map((facts) => journal.commit(facts))
    for (let count = 0; count < 3; count += 1) await turn()
    await Promise.all(commits)
    expect(database.groups).toEqual([['req_x', 'req_y', 'req_z'], ['req_a', 'req_b'], ['req_c']])
  })

  test('a commit that goes on where another one ended may share its group', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database)
    const facts = [openingFacts('a'), [settledFact('a')], accepted('b'), closingFacts('b')]
    const commits = facts.map((each) => journal.commit(each))
    await turn()
    await Promise.all(commits)
    expect(database.groups).toEqual([['req_a', 'req_b']])
  })

  test('one that a group would write before what it follows comes in the next group', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database)
    const facts = [accepted('b'), closingFacts('a'), [settledFact('a')], accepted('c')]
    const commits = facts.map((each) => journal.commit(each))
    await turn()
    await turn()
    await Promise.all(commits)
    expect(database.groups).toEqual([
      ['req_b', 'req_a'],
      ['req_a', 'req_c'],
    ])
  })

  test('after a contradiction each commit is tried alone, and one is refused', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database)
    database.beforeConfirm = (ids) => {
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
    expect(database.groups).toEqual([['req_a'], ['req_c']])
  })

  test('a lost database refuses the whole group once, without trying each', async () => {
    const database = fakeDatabase()
    const { journal, turn } = journalOf(database)
    let tries = 0
    database.beforeConfirm = () => {
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
    const { journal, turn } = journalOf(fakeDatabase(), { maxWaitingCommits: 2 })
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
