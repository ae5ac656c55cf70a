import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { providers as kinds } from '../providers/registry.generated.ts'
import { ConfigError } from './config-error.ts'
import { loadSettings } from './load.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeprate-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const A = 'sk-first-0123456789-aaaa'
const B = 'sk-second-0123456789-bbbb'

function load(yaml: string, environment: Readonly<Record<string, string>> = {}, own = {}) {
  writeFileSync(join(folder, 'keeprate.yaml'), yaml)
  return loadSettings({ flags: {}, environment: { A, B, ...environment }, folder, kinds, own })
}

function problemsOf(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  try {
    load(yaml, environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const list = (...keys: readonly string[]): string =>
  `providers:\n  openai:\n    api_keys:\n${keys.map((key) => `      - ${key}\n`).join('')}`
const two = list(`{ key: "$\{A}", weight: 2, name: eu }`, `{ key: "$\{B}" }`)

describe('several keys of one provider', () => {
  test('are read with names and weights, and go before the one variable of the vendor', () => {
    const { settings } = load(two, { OPENAI_API_KEY: A })
    expect(settings.providers.openai).toMatchObject({
      apiKey: A,
      apiKeys: [
        { name: 'eu', key: A, weight: 2 },
        { name: 'key-2', key: B, weight: 1 },
      ],
    })
  })

  test('are shown masked, by name', () => {
    const shown = load(two).shown.filter(({ name }) => name.startsWith('providers.openai'))
    expect(shown).toMatchObject([
      {
        name: 'providers.openai.api_keys',
        value: [
          { name: 'eu', key: '…aaaa', weight: 2 },
          { name: 'key-2', key: '…bbbb', weight: 1 },
        ],
      },
    ])
    expect(JSON.stringify(shown)).not.toContain('0123456789')
  })

  test('may lie in files', () => {
    const path = join(folder, 'key')
    writeFileSync(path, `${B}\n`)
    const { settings } = load(list(`{ key_file: "${path}" }`))
    expect(settings.providers.openai?.apiKeys).toEqual([{ name: 'default', key: B, weight: 1 }])
  })

  test('give way to those that a program gives', () => {
    const { settings } = load(two, {}, { openai: { apiKey: 'sk-of-the-program' } })
    expect(settings.providers.openai?.apiKeys).toBeUndefined()
    expect(settings.providers.openai?.apiKey).toBe('sk-of-the-program')
  })
})

describe('a mistake is told with its place:', () => {
  test.each([
    ['one name twice', list('{ key: k1, name: eu }', '{ key: k2, name: eu }'), ':5:26: '],
    [
      'a name that another has unsaid',
      list('{ key: k1 }', '{ key: k2, name: default }'),
      ':5:26: ',
    ],
    ['one key twice', list('{ key: k1 }', '{ key: k1 }'), ':5:16: '],
    ['no weight at all', list('{ key: k1, weight: 0 }'), ':4:28: '],
    ['a name with spaces', list('{ key: k1, name: "my key" }'), ':4:26: '],
    ['a key that is missing', list('{ name: eu }'), ':4:9: '],
    ['no keys', 'providers:\n  openai: { api_keys: [] }\n', ':2:23: '],
    ['another member', list('{ key: k1, wieght: 2 }'), ':4:20: '],
    [
      'both forms',
      'providers:\n  openai: { api_key: a, api_keys: [{ key: b }] }\n',
      ':2:22: providers.openai.api_key: is given beside api_keys',
    ],
    [
      'a list in one text',
      'providers:\n  openai: { api_key: "a,b" }\n',
      ':2:22: providers.openai.api_key: several keys; list them as providers.openai.api_keys',
    ],
  ])('%s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([expect.stringContaining(problem)])
  })

  test('a list in the variable of a vendor', () => {
    expect(problemsOf('', { OPENAI_API_KEY: `${A},${B}` })).toEqual([
      expect.stringMatching(/^OPENAI_API_KEY: providers\.openai\.api_key: several keys; list them/),
    ])
  })

  test('never a key', () => {
    const problems = problemsOf(list(`{ key: "$\{A}" }`, `{ key: "$\{A}" }`))
    expect(problems).toHaveLength(1)
    expect(problems.join()).not.toContain('0123456789')
  })
})
