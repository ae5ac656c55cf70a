import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ConfigError } from '../../src/config/config-error.ts'
import { readConfigFile } from '../../src/config/read-file.ts'
import { plant } from '../../test/plant.ts'
import { configSchemaDocument, editorSchema } from './config-schema.ts'
import { isObject, type JsonSchema, membersOf } from './json-schema.ts'

const environment = {
  KEY: 'a-key-of-some-length',
  HOST: 'gateway.example.com',
  LEVEL: 'debug',
  TTL: '2h',
}

/** A reference to a variable, as it stands in a file. */
const variable = (name: string): string => `\${${name}}`

/** Files that people write, each with one thing to look at. */
const good: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['every kind of member', 'server: { host: 0.0.0.0, port: 8080 }\nsandbox: [openai]\nhome: a'],
  ['a long enough key', 'admin_key: abcdefghijklmnop'],
  ['a reference where a length is asked', `admin_key: "${variable('KEY')}"`],
  ['a reference in an address', `server: { public_url: "https://${variable('HOST')}/images" }`],
  ['a reference instead of a word of a list', `log_level: "${variable('LEVEL')}"`],
  ['a reference instead of a duration', `cache: { ttl: "${variable('TTL')}" }`],
  ['a duration in seconds', 'cache: { ttl: 90 }'],
  [
    'a server of the operator, with its own kind',
    'providers: { gpu1: { kind: a, url: "http://b" } }',
  ],
  ['settings of a kind', 'providers: { a: { hourly_cost: 0.8, settings: { models: [1] } } }'],
  ['an hourly cost as a text', 'providers: { a: { hourly_cost: "0.80" } }'],
  ['a reference as a key', `providers: { openai: { api_key: "${variable('KEY')}" } }`],
]

const bad: readonly (readonly [string, string])[] = [
  ['an unknown member', 'prot: 80'],
  ['an unknown member of a provider', 'providers: { openai: { apikey: abc } }'],
  ['an hourly cost of nothing', 'providers: { a: { hourly_cost: 0 } }'],
  ['an hourly cost in words', 'providers: { a: { hourly_cost: cheap } }'],
  ['a port that is none', 'server: { port: 70000 }'],
  ['a number as a text', 'server: { port: "80" }'],
  ['a reference instead of a number', `server: { port: "${variable('PORT')}" }`],
  ['a short admin key', 'admin_key: short'],
  ['a level that is none', 'log_level: loud'],
  ['an address that is none', 'server: { public_url: here }'],
  ['a file instead of something public', 'home_file: a'],
]

const ajv = new Ajv2020({
  formats: {
    uri: (text: string) => URL.canParse(text),
    date: /^\d{4}-\d{2}-\d{2}$/,
    email: /^[^@\s]+@[^@\s]+$/,
  },
})
const accepts = ajv.compile(editorSchema())

function isRead(text: string): boolean {
  const folder = plant({ 'keeprate.yaml': text, secret: 'the-secret-of-a-file' })
  try {
    readConfigFile(join(folder, 'keeprate.yaml'), {
      ...environment,
      PORT: '80',
      SECRET: join(folder, 'secret'),
    })
    return true
  } catch (error) {
    if (error instanceof ConfigError) return false
    throw error
  }
}

describe('the schema for editors and the reader agree', () => {
  test.each(good)('to take %s', (_title, text) => {
    expect([accepts(parse(text) ?? {}), isRead(text)]).toEqual([true, true])
  })

  test.each(bad)('to refuse %s', (_title, text) => {
    expect([accepts(parse(text) ?? {}), isRead(text)]).toEqual([false, false])
  })

  test.each(['admin_key_file: ', 'database_url_file: ', 'providers: { openai: { api_key_file: '])(
    'to take a secret from a file: %s',
    (start) => {
      const text = `${start}"${variable('SECRET')}"${start.includes('{') ? ' } }' : ''}`
      expect([accepts(parse(text)), isRead(text)]).toEqual([true, true])
    },
  )
})

test('every member of the schema has a description', () => {
  const missing: string[] = []
  const visit = (schema: unknown, path: string): void => {
    if (!isObject(schema)) return
    for (const [name, member] of Object.entries(membersOf(schema))) {
      const { description } = member as JsonSchema
      if (typeof description !== 'string') missing.push(`${path}${name}`)
      visit(member, `${path}${name}.`)
    }
    visit(schema.additionalProperties, `${path}*.`)
  }
  visit(editorSchema(), '')
  expect(missing).toEqual([])
})

test('the file is that schema', () => {
  const { content } = configSchemaDocument()
  expect(JSON.parse(content)).toMatchObject(editorSchema())
})
