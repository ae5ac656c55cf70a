import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { createLinks, LINK_LIFETIME_MS } from '../../src/http/links.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { expectRefusal } from './refusal.ts'
import {
  clearStand,
  type Database,
  databaseKinds,
  makeDatabase,
  type Stand,
  startStand,
} from './stand.ts'

describe.each(databaseKinds())('on %s', (kind) => {
  let database: Database
  let stand: Stand
  /** Path and query of a signed link. */
  let link: string
  let whole: Answer

  beforeAll(async () => {
    database = await makeDatabase(kind)
    stand = await startStand({ database })
    const made = await exchange(stand.url, {
      method: 'POST',
      path: '/v1/images/generations',
      headers: { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
      body: '{"prompt":"a cup","model":"gpt-image-1-mini","response_format":"url"}',
    })
    const [{ url }] = jsonOf(made).data as [{ readonly url: string }]
    link = url.slice(stand.url.length)
    whole = await exchange(stand.url, { path: link })
  })
  afterAll(async () => {
    await clearStand(stand)
    await database.drop()
  })

  const open = (headers: Record<string, string> = {}, path = link, method = 'GET') =>
    exchange(stand.url, { method, path, headers })

  test('a link gives the picture to anybody, in a way that is safe and can be cached', () => {
    expect(whole.status).toBe(200)
    expect(whole.body.length).toBe(Number(whole.headers['content-length']))
    expect(whole.headers).toMatchObject({
      'content-type': 'image/png',
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': expect.stringMatching(/^inline; filename="img_[0-9a-z]+\.png"$/),
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    })
  })

  test('a link is an input of an edit as it stands; one that was altered is none', async () => {
    const edit = (url: string) =>
      exchange(stand.url, {
        method: 'POST',
        path: '/v1/images/edits',
        headers: { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ model: 'gpt-image-1-mini', quality: 'low', prompt: 'a saucer' },
          images: [{ image_url: url }],
          response_format: 'url',
        }),
      })
    const edited = await edit(stand.url + link)
    expect(edited.status, edited.body.toString('utf8')).toBe(200)
    const param = 'images[0].image_url'
    for (const url of [`${stand.url}${link}x`, `${stand.url}${link}&w=256`]) {
      expectRefusal(await edit(url), { status: 400, code: 'invalid_request', param })
    }
  })

  test('HEAD tells the same without the bytes', async () => {
    const head = await open({}, link, 'HEAD')
    expect(head.status).toBe(200)
    expect(head.body).toHaveLength(0)
    for (const name of ['content-length', 'etag', 'content-type', 'accept-ranges']) {
      expect([name, head.headers[name]]).toEqual([name, whole.headers[name]])
    }
  })

  test.each([
    ['the tag itself', (tag: string) => tag],
    ['the weak tag', (tag: string) => `W/${tag}`],
    ['a list with the tag', (tag: string) => `"other", ${tag}`],
    ['anything', () => '*'],
  ])('what a client has under %s is not sent again', async (_, header) => {
    const answer = await open({ 'if-none-match': header(whole.headers.etag ?? '') })
    expect(answer.status).toBe(304)
    expect(answer.body).toHaveLength(0)
    expect(answer.headers.etag).toBe(whole.headers.etag)
  })

  test('what a client has under another tag is sent', async () => {
    const answer = await open({ 'if-none-match': '"other"' })
    expect(answer.body.equals(whole.body)).toBe(true)
  })

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=5-5', 5, 6],
    ['bytes=10-', 10, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=100-999999999', 100, undefined],
    ['bytes=-999999999', 0, undefined],
  ])('the range %s is what it says', async (range, start, end) => {
    const answer = await open({ range })
    const expected = whole.body.subarray(start, end)
    expect(answer.status).toBe(206)
    expect(answer.body.equals(expected)).toBe(true)
    const first = whole.body.length + (start < 0 ? start : start - whole.body.length)
    const last = first + expected.length - 1
    expect(answer.headers['content-range']).toBe(`bytes ${first}-${last}/${whole.body.length}`)
  })

  test.each(['bytes=a-b', 'bytes=0-1,4-5', 'lines=0-1', 'bytes=-'])(
    'the range %s is no range that counts, and all is sent',
    async (range) => {
      const answer = await open({ range })
      expect(answer.status).toBe(200)
      expect(answer.body.equals(whole.body)).toBe(true)
    },
  )

  test.each(['bytes=999999999-', 'bytes=9-3', 'bytes=-0'])(
    'the range %s is refused, and the refusal is not cached',
    async (range) => {
      const answer = await open({ range })
      expectRefusal(answer, { status: 416, code: 'range_not_satisfiable', param: null })
      expect(answer.headers['content-range']).toBe(`bytes */${whole.body.length}`)
      for (const name of ['cache-control', 'etag', 'content-disposition']) {
        expect(answer.headers).not.toHaveProperty(name)
      }
    },
  )

  test('a range counts only for the picture that the client has', async () => {
    const range = 'bytes=0-9'
    const same = await open({ range, 'if-range': whole.headers.etag ?? '' })
    expect(same.status).toBe(206)
    for (const tag of ['"other"', `W/${whole.headers.etag}`]) {
      expect((await open({ range, 'if-range': tag })).status).toBe(200)
    }
  })

  describe('a link is refused', () => {
    const refuse = async (path: string): Promise<void> => {
      const refusal = { status: 401, code: 'invalid_api_key', param: null }
      expectRefusal(await open({}, path), refusal)
    }

    test.each<[string, (path: string) => string]>([
      ['without a signature', (path) => path.replace(/&signature=.*/, '')],
      ['without an end', (path) => path.replace(/expires=\d+&/, '')],
      ['with another signature', (path) => path.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))],
      ['with a later end', (path) => path.replace(/expires=(\d+)/, (_, at) => `expires=1${at}`)],
      ['with two ends', (path) => `${path}&expires=99999999999`],
      ['with an end in words', (path) => path.replace(/expires=\d+/, 'expires=never')],
      ['for another picture', (path) => path.replace(/img_.{4}/, 'img_zzzz')],
      ['for no picture at all', (path) => path.replace(/img_[^/]+/, 'x')],
      ['with a cut signature', (path) => path.slice(0, -4)],
    ])('%s', async (_, change) => {
      const changed = change(link)
      expect(changed).not.toBe(link)
      await refuse(changed)
    })

    test('when its time is over', async () => {
      const id = /img_[0-9a-z]+/.exec(link)?.[0] ?? ''
      const stores = await openDatabase(database.url ?? join(stand.home, 'keeprate.db'))
      const secret = await stores.settings.getOrCreate('link_secret', 'none')
      await stores.close()
      const links = createLinks(secret)
      const now = Date.now()
      await refuse(links.sign(id, now - LINK_LIFETIME_MS - 1_000))
      expect((await open({}, links.sign(id, now - LINK_LIFETIME_MS + 60_000))).status).toBe(200)
    })

    test('with a key that is not known, even when its signature is good', async () => {
      const refusal = { status: 401, code: 'invalid_api_key', param: null }
      expectRefusal(await open({ authorization: 'Bearer wrong' }), refusal)
    })
  })

  test('a key opens a picture without a signature', async () => {
    const path = link.replace(/\?.*/, '')
    const answer = await open({ authorization: `Bearer ${stand.key}` }, path)
    expect(answer.body.equals(whole.body)).toBe(true)
  })
})
