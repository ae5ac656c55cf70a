import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { providers as kinds } from '../providers/registry.generated.ts'
import { ConfigError } from './config-error.ts'
import { loadSettings } from './load.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeprate-load-'))
  writeFileSync(join(folder, 'graph.json'), '{"3":{"class_type":"KSampler"}}')
  writeFileSync(join(folder, 'broken.json'), '{')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Loads a file with the providers that ship. */
function load(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, 'keeprate.yaml'), yaml)
  const variables = { ...environment, GRAPH: join(folder, 'graph.json'), FOLDER: folder }
  return loadSettings({ flags: {}, environment: variables, folder, kinds })
}

const problemsOf = (yaml: string): readonly string[] => {
  try {
    load(yaml)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('a provider under a name of its own', () => {
  const yaml =
    'providers:\n  second: { kind: openai, url: "https://eu.example", api_key: from-file }\n'

  test('is read, and does not listen to the variables of its kind', () => {
    const { settings } = load(yaml, { OPENAI_API_KEY: 'from-environment' })
    expect(settings.providers.second).toEqual({
      kind: 'openai',
      apiKey: 'from-file',
      baseUrl: 'https://eu.example',
      allowPrivate: false,
      isEnabled: true,
    })
    expect(settings.providers.openai?.apiKey).toBe('from-environment')
  })

  test('is shown with its kind, its key masked', () => {
    const shown = load(yaml).shown.filter(({ name }) => name.startsWith('providers.second'))
    expect(shown.map(({ name, value }) => [name, value])).toEqual([
      ['providers.second.kind', 'openai'],
      ['providers.second.api_key', '…'],
      ['providers.second.base_url', 'https://eu.example'],
    ])
  })
})

describe('a mistake is told with its place in the file:', () => {
  test.each([
    ['an unknown name', '  opnai: { api_key: x }', ':2:3: providers.opnai: no such provider'],
    ['an unknown kind', '  gpu1: { kind: comfi }', ':2:17: providers.gpu1: no such kind'],
    [
      'two addresses',
      '  bfl: { url: "http://a", base_url: "http://b" }',
      ':2:15: providers.bfl.url',
    ],
    ['settings of a kind without', '  openai: { settings: { a: 1 } }', ':2:23: providers.openai.s'],
    [
      'a key that is missing',
      '  eu: { kind: openai }\n  bfl: { api_key: k }',
      ':2:7: providers.eu.a',
    ],
    ['an address of a file', '  bfl: { base_url: "file:///etc" }', ':2:8: providers.bfl.base_url'],
    ['hours for nothing', '  bfl: { hourly_cost: "0.0" }', ':2:23: providers.bfl.hourly_cost'],
  ])('%s', (_, line, problem) => {
    expect(problemsOf(`providers:\n${line}\n`)).toEqual([expect.stringContaining(problem)])
  })

  test('a graph whose file is no JSON', () => {
    const yaml = `providers:\n  openai: { settings: { graph_file: "$\{FOLDER}/broken.json" } }\n`
    expect(problemsOf(yaml)).toEqual([expect.stringMatching(/:2:\d+: .*broken\.json is no JSON/)])
  })
})

test('a graph is read from the file that is named', () => {
  const yaml = `providers:\n  bfl: { enabled: false, settings: { graph_file: "$\{GRAPH}" } }\n`
  const { settings } = load(yaml)
  expect(settings.providers.bfl?.settings).toEqual({ graph: { 3: { class_type: 'KSampler' } } })
})
