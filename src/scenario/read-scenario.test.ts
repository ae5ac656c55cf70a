import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config/config-error.ts'
import { readScenario } from './read-scenario.ts'
import { emulatedIds } from './run-scenario.ts'

/** What a text is refused for. */
function problemsOf(text: string): readonly string[] {
  try {
    readScenario(text, 'a.yaml', ['bfl', 'openai'])
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const good = 'scenario: x\nload: { rps: 1, for_s: 1 }\n'

describe('a scenario that cannot be is refused with its place', () => {
  test.each<[string, string]>([
    ['scenario: [', 'a.yaml:1:'],
    ['scenario: x\n', 'a.yaml:1:1: load: is missing'],
    [`${good}speed: 2\n`, 'a.yaml:3:1: speed: there is no such member'],
    [`${good}providers: [acme]\n`, 'a.yaml:3:13: providers.0: there is no emulated provider acme'],
    [`${good}providers: [bfl]\nfaults: [{ fault: blank, provider: openai }]\n`, 'a.yaml:4:'],
    [`${good}faults: [{ fault: blanc }]\n`, 'a.yaml:3:19: faults.0.fault: '],
    ['scenario: x\nload: { rps: 1 }\n', 'a.yaml:2:7: load: give requests or for_s'],
    [
      'scenario: x\nload: { rps: 1, concurrency: 2, requests: 1 }\n',
      'a.yaml:2:7: load: give either',
    ],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)[0]).toContain(problem)
  })
})

const shipped = readdirSync(new URL('../../scenarios/', import.meta.url))

test.each(shipped)('%s ships and can be read', (name) => {
  const path = new URL(`../../scenarios/${name}`, import.meta.url)
  const scenario = readScenario(readFileSync(path, 'utf8'), name, emulatedIds)
  expect(scenario.faults.length).toBeGreaterThan(0)
})
