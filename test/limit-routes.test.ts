import { expect, test, vi } from 'vitest'
import type { ErrorCode } from '../src/core/errors/catalogue.ts'
import { purposeSchema } from '../src/core/purpose/purpose.ts'
import { until } from '../src/testing/gateway-stand.ts'
import { heldPlay } from '../src/testing/held-play.ts'
import { scriptedProvider } from '../src/testing/scripted-provider.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const path = '/v1/images/generations'

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly images: number
  readonly error?: { readonly code: ErrorCode; readonly param: string | null }
}

let count = 0
/** Asks for pictures that nobody has asked for before, unless the body has a prompt of its own. */
async function ask(stand: HttpStand, body: object, secret = 'sk-here'): Promise<Answered> {
  count += 1
  const headers = { authorization: `Bearer ${secret}` }
  const answer = await stand.ask('POST', path, {
    headers,
    body: { prompt: `picture ${count}`, ...body },
  })
  const { data = [], error } = (await answer.json()) as {
    readonly data?: readonly object[]
    readonly error?: NonNullable<Answered['error']>
  }
  const { status, headers: told } = answer
  return { status, headers: told, images: data.length, ...(error === undefined ? {} : { error }) }
}

const refusedAs = ({ status, headers, error }: Answered) => [
  ...[status, error?.code, error?.param],
  ...['retry-after', 'x-should-retry'].map((name) => headers.get(name)),
]

async function keyWith(stand: HttpStand, limits: object): Promise<string> {
  const headers = { authorization: 'Bearer sk-admin' }
  const body = { name: 'shop', tenant: 'here', limits }
  const answer = await stand.ask('POST', '/v1/keys', { headers, body })
  return ((await answer.json()) as { readonly secret: string }).secret
}

/** A provider that makes pictures once it is told to. */
function waiting() {
  const { play, open } = heldPlay()
  return { acme: scriptedProvider({ play }), open }
}

test('a key makes its pictures of a minute, and is told when there is room for more', () =>
  withHttpStand({ providers: [scriptedProvider()] }, async (stand) => {
    const shop = await keyWith(stand, { images_per_minute: 3 })
    const make = (n: number) => ask(stand, { n }, shop)
    expect((await make(2)).images).toBe(2)
    const early = [429, 'rate_limit_exceeded', null, '20', 'true']
    expect(refusedAs(await make(2))).toEqual(early)
    // What was refused counts nothing.
    expect((await make(1)).images).toBe(1)
    await stand.clock.advance(40_000)
    expect((await make(2)).images).toBe(2)
    const never = [400, 'invalid_request', 'n', null, 'false']
    expect(refusedAs(await make(4))).toEqual(never)
  }))

test('a key makes so many pictures at a time, and others are not kept waiting by it', async () => {
  const { acme, open } = waiting()
  await withHttpStand({ providers: [acme] }, async (stand) => {
    const shop = await keyWith(stand, { parallel_images: 2 })
    const running = ask(stand, { n: 2 }, shop)
    await until(() => acme.calls.length > 0)
    const busy = [429, 'rate_limit_exceeded', null, '1', 'true']
    expect(refusedAs(await ask(stand, {}, shop))).toEqual(busy)
    const other = ask(stand, {})
    await until(() => acme.calls.length > 1)
    open()
    expect([(await running).images, (await other).images]).toEqual([2, 1])
    expect((await ask(stand, {}, shop)).images).toBe(1)
    const never = [400, 'invalid_request', 'n', null, 'false']
    expect(refusedAs(await ask(stand, { n: 3 }, shop))).toEqual(never)
  })
})

test('who sends five waits for about five of those who sent sixty before', async () => {
  const { acme, open } = waiting()
  const limits = { bytesInFlight: 1 }
  await withHttpStand({ providers: [acme], limits }, async (stand) => {
    const reserve = vi.spyOn(stand.gateway.deps.bytes, 'reserve')
    const send = (secret: string, many: number) =>
      Array.from({ length: many }, (_, at) => ask(stand, { prompt: `${secret} ${at}` }, secret))
    const crowd = send('sk-here', 60)
    await until(() => reserve.mock.calls.length === 60)
    const few = send('sk-there', 5)
    await until(() => reserve.mock.calls.length === 65)
    open()
    expect((await Promise.all([...few, ...crowd])).map(({ images }) => images)).toEqual(
      Array(65).fill(1),
    )
    const places = acme.calls.flatMap(({ prompt }, at) =>
      prompt?.startsWith('sk-there') === true ? [at] : [],
    )
    // They take turns; the first of the crowd was being made already.
    expect([places.length, Math.max(...places) <= 2 * 5 + 1]).toEqual([5, true])
  })
})

test('who comes when the line for memory is full is told at once when to come again', async () => {
  const { acme, open } = waiting()
  const limits = { bytesInFlight: 1, waitingForBytes: 0 }
  await withHttpStand({ providers: [acme], limits }, async (stand) => {
    const first = ask(stand, {})
    await until(() => acme.calls.length > 0)
    const refused = await ask(stand, {})
    expect([refused.status, refused.error?.code]).toEqual([429, 'overloaded'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('x-should-retry')).toBe('true')
    open()
    expect((await first).images).toBe(1)
    // Nothing was put aside, and no provider was asked, for the one that was refused.
    expect([acme.calls.length, await stand.stores.ledger.audit()]).toEqual([1, []])
  })
})

test('a purpose says how many pictures there are, and how many there may be', () => {
  const purposes = { hero: purposeSchema.parse({ default_images: 2, max_images: 3 }) }
  return withHttpStand({ providers: [scriptedProvider()], purposes }, async (stand) => {
    const make = (body: object) => ask(stand, { keeprate: { purpose: 'hero' }, ...body })
    expect([(await make({})).images, (await make({ n: 1 })).images]).toEqual([2, 1])
    expect(refusedAs(await make({ n: 4 }))).toEqual([400, 'invalid_request', 'n', null, 'false'])
    expect((await ask(stand, { n: 4 })).images).toBe(4)
  })
})

test.each([
  ['refuse', [429, 'rate_limit_exceeded', 'prompt', '60', 'true']],
  ['warn', [200, undefined, undefined, null, null]],
] as const)('the same words of one end user again and again: %s', async (mode, expected) => {
  const rules = { repeats: { mode, most: 2, withinMs: 60_000 } }
  await withHttpStand({ providers: [scriptedProvider()], rules }, async (stand) => {
    const again = (user: string) => ask(stand, { user, prompt: 'the same cup' })
    for (const user of ['ann', 'ann', 'bob']) expect((await again(user)).status).toBe(200)
    const third = await again('ann')
    expect(refusedAs(third)).toEqual(expected)
    const warnings = third.headers.get('x-keeprate-warnings') ?? ''
    expect(warnings.includes('repeated')).toBe(mode === 'warn')
    await stand.clock.advance(60_000)
    expect((await again('ann')).status).toBe(200)
  })
})
