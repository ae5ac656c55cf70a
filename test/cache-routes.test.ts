import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { sweepOldPictures } from '../src/gateway/retention.ts'
import { type PictureFault, verifyPictures } from '../src/gateway/verify-pictures.ts'
import { type GatewayStandOptions, openGatewayStand, until } from '../src/testing/gateway-stand.ts'
import { noisePng } from '../src/testing/noise-png.ts'
import { scriptedModel, scriptedProvider } from '../src/testing/scripted-provider.ts'
import { VirtualClock } from '../src/testing/virtual-clock.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const DAY_MS = 86_400_000
const GENERATE = '/v1/images/generations'

const bolt = () =>
  scriptedProvider({ id: 'bolt', usd: '0.01', models: [scriptedModel({ provider: 'bolt' })] })

const json = async (response: Promise<Response>) =>
  (await (await response).json()) as Readonly<Record<string, unknown>>

const admin = { authorization: 'Bearer sk-admin' }

/** Edits a photo, and ends when what it looks like is kept for others. */
async function firstProcess(photo: Buffer, options: GatewayStandOptions): Promise<void> {
  const { ask, close, gateway, stores } = await openGatewayStand(options)
  const digest = gateway.deps.sha256(photo)
  await gateway.deps.images.put(digest, photo)
  const size = { width: 400, height: 300, hasAlpha: false, byteLength: photo.length }
  const images = [{ digest, format: 'png' as const, ...size }]
  await ask({ operation: 'edit', prompt: 'on a beach', model: 'auto', images })
  const all = { owner: 'here', after: { seenAt: 0, name: '' }, limit: 9 }
  await until(async () => (await stores.knownUploads.list(all)).length === 1)
  await close()
}

/** A picture with enough in it to be told from others. */
function blots(width: number): Promise<Buffer> {
  const blot = (_: unknown, index: number) => {
    const [x, y, size] = [(index * 97) % 400, (index * 61) % 300, 10 + ((index * 31) % 50)]
    return `<circle cx="${x}" cy="${y}" r="${size}" fill="hsl(${(index * 47) % 360} 60% 50%)"/>`
  }
  const drawn = Array.from({ length: 80 }, blot).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">${drawn}</svg>`
  return sharp(Buffer.from(svg)).resize(width).flatten({ background: '#ffffff' }).png().toBuffer()
}

describe('the cache over HTTP', () => {
  test('what one provider made on Monday answers on Wednesday for nothing', async () => {
    const home = await mkdtemp(join(tmpdir(), 'keeprate-cache-'))
    const clock = new VirtualClock()
    const monday = await openGatewayStand({ providers: [scriptedProvider()], home, clock })
    const { images } = await monday.ask({ prompt: 'Two owls on a branch at dusk', model: 'auto' })
    const id = images[0]?.record.id ?? ''
    await monday.close()
    await clock.advance(2 * DAY_MS)
    const today = bolt()
    const providers = [scriptedProvider(), today]
    await withHttpStand({ providers, home, clock, seed: 2 }, async (stand) => {
      const body = { prompt: 'please draw 2 owls sitting on a branch, at dusk', model: 'auto' }
      const other = await stand.ask('POST', GENERATE, {
        headers: { authorization: 'Bearer sk-there', 'x-keeprate-cache': 'only' },
        body: { ...body, prompt: 'Two owls on a branch at dusk' },
      })
      expect(other.status).toBe(404)
      const same = { ...body, prompt: '2 owls on a branch, at dusk' }
      const answer = await stand.ask('POST', GENERATE, { body: same })
      expect(answer.headers.get('x-keeprate-cache')).toBe('HIT normalised')
      expect(answer.headers.get('x-keeprate-cost')).toBe('0')
      expect(today.calls).toHaveLength(0)
      const report = await json(stand.ask('GET', '/v1/cache'))
      // What the router would have paid on Wednesday, not what was paid on Monday.
      expect(report).toMatchObject({ pictures: 1, pinned: 0, saved: '0.01' })
      const list = await json(
        stand.ask('GET', '/v1/cache/images?prompt=two+owls+on+a+branch+at+dusk'),
      )
      expect(list).toMatchObject({ data: [{ id, provider: 'acme' }], has_more: false })
      await operate(stand, id)
    })
  })

  test('an upload that was compressed on its way is known again, of the same tenant', async () => {
    const photo = await blots(400)
    const options = {
      ...{ providers: [scriptedProvider()], hasDecoder: true },
      home: await mkdtemp(join(tmpdir(), 'keeprate-cache-')),
      purposes: { plain: {}, careful: { bad_image_cost: 5_000_000_000n } },
    }
    await firstProcess(photo, options)
    await withHttpStand({ ...options, seed: 2 }, async (stand) => {
      let request = ''
      const compressed = await sharp(photo).resize(360).jpeg({ quality: 75 }).toBuffer()
      const edit = async (bytes: Buffer, type: string, draft: object, key = 'sk-here') => {
        const image_url = `data:image/${type};base64,${bytes.toString('base64')}`
        const body = { prompt: 'on a beach', model: 'auto', images: [{ image_url }], ...draft }
        const headers = { authorization: `Bearer ${key}` }
        const answer = await stand.ask('POST', '/v1/images/edits', { headers, body })
        if (answer.status !== 200) throw new Error(await answer.text())
        request = answer.headers.get('x-request-id') ?? ''
        return answer.headers.get('x-keeprate-cache')
      }
      expect(await edit(compressed, 'jpeg', {}, 'sk-there')).toBe('MISS')
      // A wrong one would cost more than a new one is worth: 5 / (5 + 0.01) is above 0.987.
      const careful = { keeprate: { purpose: 'careful', cache: 'only' } }
      await expect(edit(compressed, 'jpeg', careful)).rejects.toThrow('cache_miss')
      expect(await edit(compressed, 'jpeg', { prompt: 'in a forest' })).toBe('MISS')
      expect(await edit(compressed, 'jpeg', {})).toMatch(/^HIT phash \d+$/)
      const no = { body: { accepted: false } }
      expect((await stand.ask('POST', `/v1/requests/${request}/feedback`, no)).status).toBe(200)
      expect(await edit(compressed, 'jpeg', {})).toBe('MISS')
      expect(await edit(compressed, 'jpeg', { seed: 3 })).toBe('MISS')
      expect(await edit(await sharp(photo).flop().toBuffer(), 'png', {})).toBe('MISS')
      // What was made of the smaller one is no answer for the larger one.
      expect(await edit(photo, 'png', { prompt: 'in a forest' })).toBe('MISS')
      await stand.gateway.deps.lookups.flush(stand.gateway.deps)
      const { tiers } = await json(stand.ask('GET', '/v1/cache'))
      expect(tiers).toContainEqual(
        expect.objectContaining({
          tier: 'phash',
          lookups: 1,
          rejected: 1,
          saved: '0',
          lost: '0.01',
        }),
      )
      const metrics = await (await stand.ask('GET', '/metrics', { headers: admin })).text()
      expect(metrics).toContain('keeprate_cache_lookups_total{kind="phash",result="hit"} 1')
      expect(metrics).toContain('keeprate_cache_verdicts_total{kind="phash",result="rejected"} 1')
      expect(metrics).toContain('keeprate_cache_saved_dollars_total{kind="phash"} 0.01')
    })
  })

  test('an upload with the same pixels in another file is the same input', async () => {
    await withHttpStand({ providers: [scriptedProvider()], hasDecoder: true }, async (stand) => {
      const png = noisePng({ width: 64, height: 64 }, 9)
      const webp = await sharp(png)
        .withExif({ IFD0: { Artist: 'me' } })
        .webp({ lossless: true })
      const edit = async (bytes: Buffer, type: string) => {
        const image_url = `data:image/${type};base64,${bytes.toString('base64')}`
        const body = { prompt: 'on a beach', model: 'auto', images: [{ image_url }] }
        return stand.ask('POST', '/v1/images/edits', { body })
      }
      const first = await edit(png, 'png')
      expect([first.status, first.headers.get('x-keeprate-cache')]).toEqual([200, 'MISS'])
      const again = await edit(await webp.toBuffer(), 'webp')
      expect(again.headers.get('x-keeprate-cache')).toBe('HIT exact')
      const other = await edit(noisePng({ width: 64, height: 64 }, 10), 'png')
      expect(other.headers.get('x-keeprate-cache')).toBe('MISS')
    })
  })
})

/** Pins, purges and refusals, on the one picture that is there. */
async function operate(stand: HttpStand, id: string): Promise<void> {
  const purge = (query: string, headers: Record<string, string> = admin) =>
    stand.ask('DELETE', `/v1/cache${query}`, { headers })
  expect((await purge('?all=true', {})).status).toBe(403)
  expect((await stand.ask('GET', '/v1/cache?tenant=ops')).status).toBe(403)
  for (const query of ['', '?id=nothing', '?older_than=soon', '?all=true&prompt=x', '?word=x']) {
    expect((await purge(query)).status).toBe(400)
  }
  // Dropped, a body that names less would let all of it go.
  const body = { tenant: 'nobody' }
  const dropped = await stand.ask('DELETE', '/v1/cache?all=true', { headers: admin, body })
  expect(dropped.status).toBe(400)
  const pin = { headers: admin, body: { id, pinned: true } }
  expect(await json(stand.ask('POST', '/v1/cache/pins', pin))).toMatchObject({ entries: 2 })
  expect(await json(purge('?all=true'))).toMatchObject({ entries: 0 })
  expect(await json(purge(`?id=${id}`))).toEqual({ object: 'cache.purged', entries: 2 })
}

async function faultsOf(deps: Parameters<typeof verifyPictures>[1], repairs: boolean) {
  const faults: PictureFault[] = []
  await verifyPictures({ repairs, onFault: (fault) => faults.push(fault) }, deps)
  return faults
}

describe('stored pictures', () => {
  test('are shown in a few widths, made once, never enlarged; and are gone after their time', () =>
    withHttpStand({ providers: [scriptedProvider()], hasDecoder: true }, async (stand) => {
      const { gateway, images, clock } = stand
      await stand.ask('POST', GENERATE, { body: { prompt: 'a cup', size: '256x256' } })
      const list = await json(stand.ask('GET', '/v1/cache/images'))
      const [{ id }] = list.data as [{ readonly id: string }]
      const show = (query: string, headers = {}) =>
        stand.ask('GET', `/v1/images/${id}/content${query}`, { headers })
      const small = await show('?w=64&fmt=webp')
      expect(small.headers.get('content-type')).toBe('image/webp')
      const { width, height } = await sharp(Buffer.from(await small.arrayBuffer())).metadata()
      expect([width, height]).toEqual([64, 64])
      const etag = small.headers.get('etag') ?? ''
      expect((await show('?w=64&fmt=webp', { 'if-none-match': etag })).status).toBe(304)
      const range = await show('?w=64&fmt=webp', { range: 'bytes=0-3' })
      expect([range.status, await range.text()]).toEqual([206, 'RIFF'])
      expect((await show('?w=2048')).headers.get('etag')).toBe((await show('')).headers.get('etag'))
      for (const query of ['?w=65', '?w=-1', '?fmt=gif']) {
        expect((await show(query)).status).toBe(400)
      }
      const { deps } = gateway
      await deps.sent.flush(deps)
      const [sent] = await deps.stores.kept.traffic(1)
      expect(sent?.bytes).toBeGreaterThan(1_000)
      const before = await deps.stores.kept.stored()
      expect(before).toMatchObject({ pictures: 1 })
      const storage = '/v1/usage/storage'
      expect((await stand.ask('GET', storage)).status).toBe(403)
      const headers = { authorization: 'Bearer sk-admin' }
      expect(await json(stand.ask('GET', storage, { headers }))).toMatchObject({
        ...{ ...before, cost_per_month: null, months: [{ sent_bytes: sent?.bytes, cost: null }] },
      })

      await clock.advance(8 * DAY_MS)
      const rule = { only: 'all', olderThanMs: 7 * DAY_MS } as const
      expect(await sweepOldPictures([rule], deps)).toBe(1)
      expect((await show('')).status).toBe(410)
      expect(await deps.stores.kept.stored()).toEqual({ pictures: 0, bytes: 0 })
      const rendition = etag.replaceAll('"', '')
      expect(await images.size(rendition)).toBeUndefined()
    }))

  test('are verified: what is missing leaves the cache, and what is left over goes', () =>
    withHttpStand({ providers: [scriptedProvider()] }, async ({ gateway, images, ask }) => {
      for (const prompt of ['a cup', 'a jug']) await ask('POST', GENERATE, { body: { prompt } })
      const { deps } = gateway
      const [cup, jug] = await deps.stores.kept.list({ after: '', limit: 9 })
      if (cup === undefined || jug === undefined) throw new Error('two pictures were made')
      const bytes = (await images.get(jug.digest)) ?? Buffer.of()
      const cupBytes = (await images.get(cup.digest)) ?? Buffer.of()
      const contentOf = ({ id }: { readonly id: string }) => `/v1/images/${id}/content`
      await deps.stores.kept.remove([jug.id])
      await images.put(jug.digest, bytes)
      await images.remove(cup.digest)
      const look = (repairs: boolean) => faultsOf(deps, repairs)
      expect(await look(false)).toMatchObject([{ fault: 'missing' }, { fault: 'left_over' }])
      expect(await (await ask('GET', contentOf(cup))).json()).toMatchObject({
        error: { code: 'not_found', message: expect.stringContaining('no longer stored') },
      })
      expect(await look(true)).toMatchObject([{ repaired: 'lost' }, { repaired: 'deleted' }])
      expect(await images.size(jug.digest)).toBeUndefined()
      expect(await look(false)).toEqual([])
      expect((await ask('GET', contentOf(cup))).status).toBe(410)
      const again = await ask('POST', GENERATE, { body: { prompt: 'a cup' } })
      expect(again.headers.get('x-keeprate-cache')).toBe('MISS')
      expect(await deps.stores.kept.stored()).toMatchObject({ pictures: 1 })

      await images.put(cup.digest, cupBytes)
      expect(await look(true)).toMatchObject([{ imageId: cup.id, repaired: 'restored' }])
      expect((await ask('GET', contentOf(cup))).status).toBe(200)
    }))
})
