import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'

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

const lineOf = (name: string, prompt: string): string =>
  JSON.stringify({
    ...{ custom_id: name, method: 'POST', url: '/v1/images/generations' },
    body: { model: 'gpt-image-1-mini', quality: 'low', prompt, response_format: 'url' },
  })

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
    keeprate: { images: 2 },
  })
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
