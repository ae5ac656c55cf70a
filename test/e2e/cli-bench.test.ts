import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'

const WORLD = resolve(import.meta.dirname, '../data/worlds/small.json')

let commands: Commands
beforeAll(async () => {
  commands = await makeCommands()
})
afterAll(() => commands.clear())

describe('bench worlds', () => {
  const words = ['bench', 'worlds', WORLD, '--seeds', '2', '--requests', '600']

  test('prints one object for a policy, the same each time but for the clock', async () => {
    const run = async () => {
      const { decision_p99_ms, spread, ...rest } = await commands.json<{
        readonly decision_p99_ms: number
        readonly spread: Readonly<Record<string, number>>
      }>(0, ...words, '--policy', 'greedy', '--cache', '--bursts')
      expect(decision_p99_ms).toBeGreaterThan(0)
      return { ...rest, spread: { ...spread, decision_p99_ms: 0 } }
    }
    const first = await run()
    expect(first).toMatchObject({ world: 'small', policy: 'greedy', seeds: 2, requests: 600 })
    expect(await run()).toEqual(first)
  })

  test('prints a line for each policy, and a table for people', async () => {
    const { code, output } = await commands.run(...words, '--json')
    expect(code).toBe(0)
    const names = output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly policy: string }).policy)
    expect(names).toEqual(
      expect.arrayContaining(['learned', 'static', 'premium', 'cheap', 'greedy', 'cascade']),
    )
    const text = await commands.text(0, ...words, '--policy', 'greedy', '--decompose')
    expect(text).toMatch(/^small \(stationary\): 2 runs of 600 requests, oracle \$0\.\d+\n/)
    expect(text).toContain('\n  knowing estimation')
  })

  test.each([
    ['an unknown policy', [WORLD, '--policy', 'best'], 'policy must be'],
    ['no seeds', [WORLD, '--seeds', '0'], 'seeds must be a whole number'],
    ['half a request', [WORLD, '--requests', '0.5'], 'requests must be a whole number'],
    ['a missing file', ['nowhere.json'], 'There is no file nowhere.json'],
    [
      'a file that is no world',
      [resolve(import.meta.dirname, '../../package.json')],
      'package.json',
    ],
  ])('%s is wrong usage', async (_title, rest, message) => {
    const { code, errors } = await commands.run('bench', 'worlds', ...rest)
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})

describe('bench replay', () => {
  const candidates = [
    { plan: 'a/one', propensity: 0.5, expected_cost: '0.25', expected_acceptance: 0.7 },
    { plan: 'b/two', propensity: 0.5, expected_cost: '0.5', expected_acceptance: 0.9 },
  ]
  const lines = Array.from({ length: 400 }, (_, index) => ({
    candidates,
    chosen: index % 2 === 0 ? 'a/one' : 'b/two',
    cost: index % 2 === 0 ? '0.25' : '0.5',
    accepted: index % 10 < 7,
  }))
  const save = async (rows: readonly object[]): Promise<string> => {
    const path = join(commands.home, 'log.jsonl')
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    return path
  }

  test('estimates another policy, with intervals', async () => {
    const log = await save(lines)
    const found = await commands.json(0, 'bench', 'replay', '--log', log, '--policy', 'offer:b/two')
    expect(found).toMatchObject({ decisions: 400, verdicts: 400, support: 1, doubt: null })
    expect(found).toHaveProperty('inverse_propensity.cost.estimate', 0.5)
    expect(found).toHaveProperty('doubly_robust.cost.estimate', 0.5)
  })

  test('says when a log is too short', async () => {
    const log = await save(lines.slice(0, 40))
    const { errors, output } = await commands.run('bench', 'replay', '--log', log)
    expect(errors).toContain('Too few verdicts')
    expect(output).toContain('doubly robust')
  })

  test('names the line that it cannot read', async () => {
    const log = await save([...lines.slice(0, 2), { chosen: 'a' }])
    const { code, errors } = await commands.run('bench', 'replay', '--log', log)
    expect(code).toBe(2)
    expect(errors).toContain('line 3: candidates')
  })
})
