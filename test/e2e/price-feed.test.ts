import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LoopbackServer, startLoopbackServer } from '../../src/testing/loopback-server.ts'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, makeHome, runProgram, type Stand, startStand, until } from './stand.ts'

const SECRET = `whsec_${Buffer.from('thirty-two bytes for the webhook').toString('base64')}`
const today = new Date().toISOString().slice(0, 10)

interface Row {
  readonly offer: string
  readonly operation: string
  readonly components: readonly Readonly<Record<string, unknown>>[]
}
interface Change {
  readonly offer: string
  readonly kind: string
  readonly state: string
  readonly effect: unknown
}
interface Shown {
  readonly rows: readonly { readonly layer: string }[]
}
interface Alert {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}
interface List<Item> {
  readonly data: readonly Item[]
}
type Json = Readonly<Record<string, unknown>>

let receiver: LoopbackServer
let alerts: Alert[]
let stand: Stand

beforeEach(async () => {
  alerts = []
  const webhook = new Webhook(SECRET)
  receiver = await startLoopbackServer(async (request, response) => {
    const body = await text(request)
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
    // What does not verify is not noted, so that a test would wait for it in vain.
    alerts.push(webhook.verify(body, Object.fromEntries(headers)) as Alert)
    response.end()
  })
  const home = await makeHome()
  await writeFile(join(home, 'feed.json'), '[]')
  const config = `
sandbox: [fireworks, together]
prices:
  feeds: [{ kind: own, id: ours, file: feed.json, unsigned: true, every: 1d }]
alerts:
  webhook: { url: "${receiver.origin}/hook", secret: "${SECRET}", allow_private: true }
`
  const environment = { KEEPRATE_ADMIN_KEY: 'an-admin-key-of-some-length' }
  stand = await startStand({ home, config, environment })
})
afterEach(async () => {
  await clearStand(stand)
  await receiver.close()
})

async function ask(path: string, body?: object) {
  const answer = await exchange(stand.url, {
    method: body === undefined ? 'GET' : 'POST',
    path,
    headers: {
      authorization: `Bearer ${stand.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect([answer.status, answer.body.toString('utf8').slice(0, 300)]).toEqual([
    200,
    expect.any(String),
  ])
  return answer
}
const read = async <Value>(path: string, body?: object): Promise<Value> =>
  jsonOf(await ask(path, body)) as unknown as Value
const sync = () => read<List<Change> & { readonly sources: readonly Json[] }>('/v1/prices/sync', {})

/** Makes one picture by the cheapest offer and says which that is, with the receipt. */
async function make(prompt: string): Promise<{ readonly offer: string; readonly receipt: Json }> {
  const { headers } = await ask('/v1/images/generations', { model: 'auto:cheapest', prompt })
  const offer = `${headers['x-keeprate-provider']}/${headers['x-keeprate-model']}`
  return { offer, receipt: await read<Json>(`/v1/requests/${headers['x-request-id']}`) }
}

const rowOf = async (offer: string): Promise<Row> => {
  const { data } = await read<List<Row>>(`/v1/prices?model=${offer}`)
  const row = data.find(({ operation }) => operation === 'generate')
  if (row === undefined) throw new Error(`no price of ${offer}`)
  return row
}

/** Rates are the members whose names begin with `usd`. */
const times = ({ offer, operation, components }: Row, factor: number): Json => ({
  ...{ offer, operation, valid_from: today },
  components: components.map((component) =>
    Object.fromEntries(
      Object.entries(component).map(([name, value]) => [
        name,
        name.startsWith('usd') ? (Number(value) * factor).toFixed(9) : value,
      ]),
    ),
  ),
  source: { url: 'https://example.com/prices', read_at: today, confidence: 'high' },
})
const save = (rows: unknown): Promise<void> =>
  writeFile(join(stand.home, 'feed.json'), typeof rows === 'string' ? rows : JSON.stringify(rows))

/** What a command prints as JSON, run beside the gateway in its home. */
async function command<Value>(...words: readonly string[]): Promise<Value> {
  const ended = await runProgram(['price', ...words, '--json'], { KEEPRATE_HOME: stand.home })
  expect(ended.code, ended.errors).toBe(0)
  return JSON.parse(ended.output) as Value
}

const alertOf = (type: string): Promise<Alert> =>
  until(async () => alerts.find((alert) => alert.type === type))

describe('a feed beside a gateway that runs', () => {
  test('a price that rises by half moves the next request, and everybody can see why', async () => {
    const first = await make('a cup')
    await save([times(await rowOf(first.offer), 1.5)])
    const raised = { offer: first.offer, kind: 'raised', state: 'applied', source: 'ours' }
    expect((await sync()).data).toMatchObject([raised])

    const second = await make('another cup')
    expect(second.offer).not.toBe(first.offer)
    expect(second.receipt.price_version).not.toBe(first.receipt.price_version)
    const { offers } = second.receipt.explain as { readonly offers: readonly Json[] }
    expect(offers.find(({ offer }) => offer === first.offer)).toMatchObject({
      price: { layer: 'feed', book: 'ours', valid_from: today },
    })

    const [change] = (await read<List<Change>>('/v1/prices/changes')).data
    const reroute = { from: first.offer, to: second.offer, requests: 1, moved: 1 }
    expect(change).toMatchObject({
      ...raised,
      factor: { low: 1.5, high: 1.5 },
      effect: { calls_30d: 1, rerouted: [reroute] },
    })
    const { changes } = await command<{ readonly changes: readonly Change[] }>('changes')
    expect(changes).toEqual([change])

    const layersOf = async (...words: readonly string[]) =>
      (await command<Shown>('show', first.offer, ...words)).rows.map(({ layer }) => layer)
    expect(await layersOf()).toContain('feed')
    expect(await layersOf('--book', 'live')).toEqual(['live'])

    const { data } = await alertOf('price.changed')
    expect(data).toMatchObject({ ...raised, severity: 'warning', subject: first.offer })
    expect(data.text).toContain(`${first.offer} (generate): raised +50 % from ${today}`)
    expect(data.text).toContain(`goes to ${second.offer} instead of ${first.offer}`)
  })

  test('a price ten times as high waits, and acts once it is confirmed', async () => {
    const { offer } = await make('a cup')
    await save([times(await rowOf(offer), 10)])
    expect((await sync()).data).toMatchObject([{ offer, state: 'quarantined' }])
    expect((await alertOf('alert.price_held')).data).toMatchObject({ subject: offer })
    expect((await make('another cup')).offer).toBe(offer)

    const { held } = await command<{ readonly held: readonly Json[] }>('held')
    expect(held).toMatchObject([
      { offer, state: 'held', source: 'ours', reasons: [{ code: 'unit_error' }] },
    ])
    const confirmed = await command<{ readonly changes: readonly Change[] }>(
      'confirm',
      String(held[0]?.id),
    )
    expect(confirmed.changes).toMatchObject([{ offer, kind: 'raised', state: 'applied' }])
    // The command tells before it ends; the gateway follows within a turn of its watch.
    expect((await alertOf('price.changed')).data).toMatchObject({ subject: offer })
    const later = await until(async () => {
      const quote = await read<{ readonly candidates: readonly Row[] }>('/v1/images/quote', {
        ...{ model: 'auto', prompt: 'a third cup' },
      })
      return quote.candidates[0]?.offer === offer ? undefined : quote.candidates[0]?.offer
    })
    expect((await make('a third cup')).offer).toBe(later)
  })

  test('a file that is broken leaves the prices as they are, and the sources say so', async () => {
    const { offer } = await make('a cup')
    await save([times(await rowOf(offer), 1.5)])
    await sync()
    const { offer: other } = await make('another cup')
    await save('{ "prices": [')
    const { data, sources } = await sync()
    expect(data).toEqual([])
    const failing = { id: 'ours', failures: 1, error: 'feed.json is no JSON' }
    expect(sources).toMatchObject([failing, {}])
    expect(await command('sources')).toMatchObject({ sources: [failing, {}] })
    expect((await make('a third cup')).offer).toBe(other)
    await save([])
    expect((await sync()).sources).toMatchObject([{ id: 'ours', failures: 0, error: null }, {}])
  })
})
