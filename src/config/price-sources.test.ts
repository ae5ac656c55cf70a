import { createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import { canonicalJson } from '../core/json.ts'
import { anySelector } from '../core/pricebook/feed/feed-entry.ts'
import { providers as kinds } from '../providers/registry.generated.ts'
import { type GatewayStand, openGatewayStand } from '../testing/gateway-stand.ts'
import { startLoopbackServer } from '../testing/loopback-server.ts'
import { sampleRow } from '../testing/sample-prices.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { ConfigError } from './config-error.ts'
import { loadSettings } from './load.ts'
import { createPriceSources } from './price-sources.ts'

const http = createSafeFetch()
const { signal } = new AbortController()
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const own = (id: string): string => `{ kind: own, id: ${id}, file: a.json, unsigned: true }`

let stand: GatewayStand
let folder: string
beforeEach(async () => {
  stand = await openGatewayStand({ providers: [scriptedProvider()] })
  folder = mkdtempSync(join(tmpdir(), 'keeprate-sources-'))
})
afterEach(async () => {
  await stand.close()
  for (const path of [stand.home, folder]) rmSync(path, { recursive: true, force: true })
})
afterAll(() => http.close())

/** The sources of some entries of `prices.feeds`, as the file has them. */
function sourcesOf(feeds: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const yaml = `prices:\n  feeds:\n${feeds.map((feed) => `    - ${feed}\n`).join('')}`
  writeFileSync(join(folder, 'keeprate.yaml'), feeds.length === 0 ? '{}' : yaml)
  const { settings } = loadSettings({ flags: {}, environment, folder, kinds })
  const { clock, prices: desk, stores } = stand
  return createPriceSources(settings, { http, clock, desk, store: stores.prices, folder })
}

function problemsOf(...feeds: readonly string[]): string {
  try {
    sourcesOf(feeds)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n')
    throw error
  }
}

test('what is learned from bills is a source without any setting', () => {
  expect(sourcesOf([])).toMatchObject([{ kind: 'learned-from-bills', trust: 'charged' }])
})

describe('settings become sources', () => {
  test('each list with its trust and how often it is looked at', () => {
    const lists = ['{ kind: litellm }', '{ kind: openrouter, every: 30m }']
    const models = '{ kind: openai-models, every: 172800 }'
    const sources = sourcesOf([...lists, models], { OPENAI_API_KEY: 'sk-never-used' })
    expect(sources.slice(0, -1)).toMatchObject([
      { id: 'litellm', kind: 'litellm', trust: 'community' },
      { id: 'openrouter', kind: 'openrouter', everyMs: HOUR_MS / 2 },
      { id: 'openai-models', kind: 'openai-models', trust: 'vendor', everyMs: 48 * HOUR_MS },
    ])
  })

  test('of your own is believed like a vendor unless it says otherwise', () => {
    const plain = '{ kind: own, id: one, file: one.json, unsigned: true, every: 1 }'
    const strange = '{ kind: own, id: two, file: two.json, unsigned: true, trust: community }'
    expect(sourcesOf([plain, strange])).toMatchObject([
      { id: 'one', kind: 'own', trust: 'vendor', everyMs: 1_000 },
      { id: 'two', kind: 'own', trust: 'community', everyMs: 60_000 },
      {},
    ])
  })

  test('a file is found from the working folder and read', async () => {
    writeFileSync(join(folder, 'ours.json'), JSON.stringify([sampleRow('0.02')]))
    const [source] = sourcesOf(['{ kind: own, id: ours, file: ours.json, unsigned: true }'])
    const answer = await source?.fetch({}, signal)
    expect(answer).toMatchObject({ kind: 'read', reading: { entries: [{ what: 'price' }] } })
  })

  test('a file that must be signed is not read without its signature', async () => {
    const path = join(folder, 'ours.json')
    const rows = [sampleRow('0.02')]
    writeFileSync(path, JSON.stringify(rows))
    const secret = 'a secret of both sides'
    const feed = `{ kind: own, id: ours, file: ours.json, secret: "${secret}" }`
    const fetchIt = () => sourcesOf([feed])[0]?.fetch({}, signal)
    await expect(fetchIt()).rejects.toThrow('ours.json.sig cannot be read')
    writeFileSync(`${path}.sig`, '00'.repeat(32))
    await expect(fetchIt()).rejects.toThrow('ours.json is not signed as agreed')
    const signed = createHmac('sha256', secret).update(canonicalJson(rows)).digest('hex')
    writeFileSync(`${path}.sig`, signed)
    expect(await fetchIt()).toMatchObject({ kind: 'read' })
  })

  test('a private address is asked only when it is allowed', async () => {
    const server = await startLoopbackServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify([]))
    })
    const feed = (more: string) =>
      `{ kind: own, id: ours, url: "${server.origin}/prices", unsigned: true${more} }`
    await expect(sourcesOf([feed('')])[0]?.fetch({}, signal)).rejects.toThrow()
    expect(server.connections()).toBe(0)
    const [allowed] = sourcesOf([feed(', allow_private: true')])
    expect(await allowed?.fetch({}, signal)).toMatchObject({ kind: 'read' })
    await server.close()
  })

  test('what was learned from bills and is in force stays, tallied in the database', async () => {
    const { stores, clock } = stand
    const tally = {
      ...{ offer: 'acme/painter', operation: 'generate', selector: anySelector },
      ...{ bills: 30, images: 30, billedNano: 600_000_000n, expectedNano: 300_000_000n },
      ...{ leastNano: 20_000_000n, mostNano: 20_000_000n },
      ...{ firstAt: clock.now() - DAY_MS, lastAt: clock.now() },
    }
    await stores.prices.putBills({ day: '2026-11-20', owner: 'one', tallies: [tally] })
    const answer = await sourcesOf([])[0]?.fetch({}, signal)
    expect(answer).toMatchObject({
      reading: { entries: [{ offer: 'acme/painter', components: [{ usd: '0.02' }] }] },
    })
  })
})

const signedBy = (publicKey: string): string =>
  `{ kind: own, id: ours, file: a.json, public_key: ${JSON.stringify(publicKey)} }`
const rsa = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    format: 'pem',
    type: 'spki',
  }),
)

describe('settings that make no source are refused in words', () => {
  test.each<[string, string, string]>([
    ['an unknown list', '{ kind: helicone }', 'kind'],
    ['one of its own without a name', '{ kind: own, file: a.json, unsigned: true }', 'id'],
    ['a name that is none', '{ kind: own, id: "Ours!", file: a, unsigned: true }', 'short lower-'],
    ['neither url nor file', '{ kind: own, id: ours, unsigned: true }', 'either url or file'],
    [
      'url and file',
      '{ kind: own, id: ours, url: "https://a.example", file: a, unsigned: true }',
      'either url or file',
    ],
    ['no word about signatures', '{ kind: own, id: ours, file: a }', 'unsigned: true'],
    [
      'two signatures',
      '{ kind: own, id: ours, file: a, secret: "sixteen or more.", unsigned: true }',
      'give one of secret, public_key, or unsigned: true',
    ],
    ['a time that is none', '{ kind: litellm, every: soon }', '30m, 72h, 7d'],
    ['a part of a second', '{ kind: litellm, every: 0.5 }', 'every'],
    ['another protocol', '{ kind: litellm, url: "ftp://a.example" }', 'url'],
    ['a parameter it has not', '{ kind: litellm, file: a.json }', 'file'],
    ["OpenAI's models without its key", '{ kind: openai-models }', 'needs the key of the provider'],
    ['a public key that is none', signedBy('x'.repeat(40)), 'ours: public_key is no Ed25519 key'],
    ['a key of another kind', signedBy(rsa), 'ours: public_key is no Ed25519 key'],
    ['a key that is damaged', signedBy('-BEGIN PUBLIC KEY-\\n'.repeat(3)), 'no Ed25519 key'],
    ['the name of what is learned', own('learned-from-bills'), 'learned-from-bills stands twice'],
  ])('%s', (_, feed, expected) => {
    expect(problemsOf(feed)).toContain(expected)
  })

  test('one name twice', () => {
    expect(problemsOf('{ kind: litellm }', '{ kind: litellm }')).toContain('litellm stands twice')
    expect(problemsOf(own('ours'), own('ours'))).toContain('ours stands twice')
  })
})
