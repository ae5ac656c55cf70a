import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'
import { runProgram, until } from './stand.ts'

let commands: Commands
beforeAll(async () => {
  commands = await makeCommands()
})
afterAll(() => commands.clear())

interface Printed {
  readonly id: string
  readonly status: string
  readonly request_counts: object
  readonly keeprate: { readonly images: number }
}

interface Job {
  readonly status: string
  readonly model: string
  readonly batch?: string
}
const isSlow = (model: string): boolean => model === 'flux-2-pro'

const lineOf = (name: string, prompt: string, model = 'gpt-image-1-mini'): string =>
  JSON.stringify({
    ...{ custom_id: name, method: 'POST', url: '/v1/images/generations' },
    body: { model, prompt, response_format: 'url', ...(model === 'gpt-image-1-mini' && low) },
  })
const low = { quality: 'low' } as const

test('a batch is run, shown and printed, and its exit code tells its end', async () => {
  const file = join(commands.home, 'shots.jsonl')
  const out = join(commands.home, 'results.jsonl')
  const lines = [lineOf('a', 'a cup'), lineOf('b', 'sandbox:moderate-input'), lineOf('c', 'a jug')]
  await writeFile(file, lines.join('\n'))
  const ran = await commands.run('batch', 'run', file, '--out', out, '--json')
  expect(ran.code, ran.errors).toBe(4)
  expect(ran.errors).toContain('3 lines')
  const batch = JSON.parse(ran.output) as Printed
  expect(batch).toMatchObject({
    ...{ status: 'completed', request_counts: { total: 3, completed: 2, failed: 1 } },
    keeprate: {
      images: 2,
      failures: {
        counts: { content_policy_violation: 1 },
        first: [{ custom_id: 'b', code: 'content_policy_violation' }],
      },
    },
  })
  const shown = await commands.text(4, 'batch', 'status', batch.id)
  expect(shown).toMatch(/without pictures {3}1 content_policy_violation\n {2}b {3}content_policy/)
  expect(shown).toContain(`each of them: keeprate batch results ${batch.id}   (file_`)
  const told = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly custom_id: string }).custom_id)
  expect(told(await readFile(out, 'utf8'))).toEqual(['a', 'c', 'b'])
  expect(told(await commands.text(4, 'batch', 'results', batch.id))).toEqual(['a', 'c', 'b'])
  expect(await commands.text(4, 'batch', 'run', batch.id)).toContain('2 of 3 made, 1 failed')
  expect(await commands.json<Printed>(0, 'batch', 'cancel', batch.id)).toMatchObject({
    status: 'completed',
  })
  for (const words of [
    ['run', join(commands.home, 'none.jsonl')],
    ['run', file, '--priority', 'urgent'],
    ['run', file, '--window', 'soon'],
    ['status', 'batch_none'],
  ]) {
    expect((await commands.run('batch', ...words)).code).toBe(2)
  }
})

test('a batch that has spent its own budget is shown as paused, and can be cancelled', async () => {
  const file = join(commands.home, 'night.jsonl')
  const lines = Array.from({ length: 8 }, (_, index) => lineOf(`${index}`, `a cup ${index}`))
  await writeFile(file, lines.join('\n'))
  // Too little for all of them at the price of a batch service, and enough for one by itself.
  const running = commands.run('batch', 'run', file, '--budget', '0.008/d', '--json')
  const scope = await until(async () => {
    const [budget] = await commands.json<{ scope: string; limit: string }[]>(0, 'budget', 'list')
    return budget?.limit === '0.008' ? budget.scope : undefined
  }, 60_000)
  expect(scope).toMatch(/^tag:batch=batch_/)
  const id = scope.slice('tag:batch='.length)
  const told = await until(async () => {
    const shown = await commands.run('batch', 'status', id)
    return shown.output.includes('paused until') ? shown.output : undefined
  }, 60_000)
  expect(told).toMatch(/paused until \d{4}-\d\d-\d\dT00:00:00\.000Z/)
  await commands.text(0, 'batch', 'cancel', id)
  const { code, output } = await running
  const { keeprate, status } = JSON.parse(output) as Printed & { keeprate: { cost: string } }
  expect([code, status]).toEqual([4, 'cancelled'])
  expect(Number(keeprate.cost)).toBeLessThanOrEqual(0.008)
  expect(keeprate.images).toBeGreaterThan(0)
  expect(await commands.json(0, 'budget', 'list')).toEqual([])
}, 120_000)

test('a batch whose budget never turns ends with 3, and goes on with more money', async () => {
  const file = join(commands.home, 'total.jsonl')
  const lines = Array.from({ length: 4 }, (_, index) => lineOf(`${index}`, `a total ${index}`))
  await writeFile(file, lines.join('\n'))
  // A window of an hour keeps them from the batch services.
  const words = ['--window', '1h', '--json'] as const
  const halted = await commands.run('batch', 'run', file, '--budget', '0.012/total', ...words)
  expect(halted.code, halted.errors).toBe(3)
  const { id, status, keeprate } = JSON.parse(halted.output) as Printed
  expect([status, keeprate.images > 0, keeprate.images < 4]).toEqual(['in_progress', true, true])
  // Nobody knows when it goes on.
  expect(keeprate).toMatchObject({ paused_until: null, paused_by: [expect.any(String)] })
  expect(halted.errors).toContain(`The budget tag:batch=${id} in total has no room`)
  expect(halted.errors).toContain(`keeprate batch run ${id}`)
  const whole = await commands.json<Printed>(0, 'batch', 'run', id, '--budget', '1/total')
  expect(whole).toMatchObject({ status: 'completed', keeprate: { images: 4 } })
}, 120_000)

test('a batch whose command was killed is taken up by the next one', async () => {
  const file = join(commands.home, 'killed.jsonl')
  const lines = ['a', 'b', 'c'].map((name) => lineOf(name, `a killed ${name}`, 'flux-2-pro'))
  await writeFile(file, lines.join('\n'))
  const death = new AbortController()
  // At the pace of the provider itself, so that it dies while all are being made.
  const slow = { KEEPRATE_HOME: commands.home, KEEPRATE_SANDBOX_SPEED: '1' }
  const killed = runProgram(['batch', 'run', file], slow, death.signal)
  const id = await until(async () => {
    const jobs = await commands.json<Job[]>(0, 'jobs', 'list')
    const running = jobs.filter(({ status, model }) => status === 'running' && isSlow(model))
    return running.length === lines.length ? running[0]?.batch : undefined
  }, 60_000)
  death.abort()
  expect((await killed).code).toBeNull()
  expect(await commands.json<Printed>(0, 'batch', 'run', id)).toMatchObject({
    ...{ status: 'completed', request_counts: { total: 3, completed: 3, failed: 0 } },
    keeprate: { images: 3 },
  })
}, 120_000)
