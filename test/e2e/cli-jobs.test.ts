import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, runProgram, type Stand, startStand, until } from './stand.ts'

interface Job {
  readonly id: string
  readonly status: string
  readonly cost: string
  readonly cancelled?: { readonly images: number }
}

let stand: Stand
beforeAll(async () => {
  stand = await startStand({
    environment: { KEEPRATE_SANDBOX: 'fal', KEEPRATE_SANDBOX_SPEED: '5' },
  })
})
afterAll(() => clearStand(stand))

/** Runs a command beside the server, in its home. */
async function run(code: number, ...words: readonly string[]) {
  const ended = await runProgram(words, { KEEPRATE_HOME: stand.home, KEEPRATE_SANDBOX: 'fal' })
  expect(ended.code, ended.errors).toBe(code)
  return ended.output
}

const json = async <Value>(code: number, ...words: readonly string[]): Promise<Value> =>
  JSON.parse(await run(code, ...words, '--json')) as Value

const ask = async (prompt: string) => {
  const answer = await exchange(stand.url, {
    method: 'POST',
    path: '/v1/images/generations',
    headers: {
      authorization: `Bearer ${stand.key}`,
      'content-type': 'application/json',
      prefer: 'respond-async',
    },
    body: JSON.stringify({ prompt }),
  })
  expect(answer.status).toBe(202)
  return String(jsonOf(answer).id)
}

describe('keeprate jobs', () => {
  test('a job that a server works on is cancelled by a command beside it', async () => {
    const id = await ask('a cup sandbox:job-stuck')
    expect(await json<Job>(0, 'jobs', 'cancel', id)).toMatchObject({ id, status: 'cancelling' })
    await until(async () => {
      const headers = { authorization: `Bearer ${stand.key}` }
      const job = jsonOf(await exchange(stand.url, { path: `/v1/jobs/${id}`, headers }))
      return job.status === 'cancelling' ? undefined : job
    })
    const ended = await json<Job>(0, 'jobs', 'show', id)
    expect(ended).toMatchObject({ status: 'cancelled', cost: '0', cancelled: { images: 1 } })
    const listed = await json<readonly Job[]>(0, 'jobs', 'list', '--status', 'cancelled')
    expect(listed.map((job) => job.id)).toEqual([id])
    expect(await run(0, 'jobs', 'list')).toContain(id)
    expect(await run(0, 'jobs', 'cancel', id)).toContain('has ended: cancelled')
    expect(await run(0, 'ledger', 'check')).toContain('The books are right')
  })

  test.each([
    ['an unknown status', ['jobs', 'list', '--status', 'lost']],
    ['an unknown job to cancel', ['jobs', 'cancel', 'req_none']],
    ['a list without an end', ['jobs', 'list', '--limit', '0']],
  ])('%s is wrong usage', async (_claim, words) => {
    await run(2, ...words)
  })
})
