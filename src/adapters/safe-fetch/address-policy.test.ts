import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpRequest } from '../../ports/http-client.ts'
import { type LoopbackServer, startLoopbackServer } from '../../testing/loopback-server.ts'
import { type AddressLookup, checkedLookup, isPublicAddress } from './address-policy.ts'
import { createSafeFetch } from './client.ts'

let canary: LoopbackServer
let door: LoopbackServer
/** What the door redirects to. */
let location = ''

beforeAll(async () => {
  canary = await startLoopbackServer((_request, response) => response.end('{}'))
  door = await startLoopbackServer((_request, response) => {
    response.writeHead(302, { location }).end()
  })
})
afterAll(async () => {
  expect(canary.connections()).toBe(0)
  await Promise.all([canary.close(), door.close()])
})

/** Names as an attacker's name server may answer for them. */
const names: Readonly<Record<string, readonly string[]>> = {
  'loopback.example': ['127.0.0.1'],
  'loopback6.example': ['::1'],
  'intranet.example': ['10.0.0.7'],
  'metadata.example': ['169.254.169.254'],
  'azure.example': ['168.63.129.16'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'half.example': ['93.184.216.34', '127.0.0.1'],
  'zone.example': ['fe80::1%lo'],
  'rubbish.example': ['not an address'],
  localhost: ['127.0.0.1'],
  'localhost.': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
}
const lookup: AddressLookup = async (hostname) =>
  (names[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

const request = (url: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  headers: { authorization: 'Bearer secret' },
  addresses: { privateOrigins: [door.origin] },
  maxRedirects: 0,
  timeouts: { headersMs: 5_000, totalMs: 5_000 },
  maxBytes: 1_000,
  ...changes,
})

/** Hosts, in every notation that some parser or resolver understands. */
const hosts = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.1'],
  ...['0177.0.0.1', '0177.0.0.01', '017700000001', '0x7F.0x0.0x0.0x1', '127.0.0.1.'],
  ...['%31%32%37.0.0.1', '１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1', '0', '0.0.0.0', '0x0'],
  ...[
    '10.0.0.1',
    '10.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '0xc0a80001',
    '3232235521',
  ],
  ...['100.64.0.1', '100.127.255.255', '100.100.100.200', '169.254.169.254', '0xa9fea9fe'],
  ...['2852039166', '0251.0376.0251.0376', '169.254.170.2', '168.63.129.16', '192.0.0.192'],
  ...['192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250'],
  ...['240.0.0.1', '255.255.255.255', '192.88.99.1'],
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::127.0.0.1]', '[::ffff:127.0.0.1]'],
  ...['[::ffff:7f00:1]', '[::ffff:8.8.8.8]', '[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]'],
  ...['[64:ff9b::7f00:1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2002:0808:0808::]'],
  ...['[2001::1]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[fe80::1]', '[febf::1]', '[fec0::1]'],
  ...['[fc00::1]', '[fd00:ec2::254]', '[fdff::1]', '[ff02::1]', '[2001:db8::1]', '[3fff::1]'],
  ...['[100::1]', '[5f00::1]', '[4000::1]', '[2001:2::1]', '[2001:10::1]', '[2001:20::1]'],
  ...Object.keys(names),
]

const whole = [
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1:70/_x',
  'data:application/json,{}',
  'javascript:alert(1)',
  'ws://127.0.0.1/',
  'https://',
  'https://user@example.com/',
  'https://user:word@example.com/',
  'https://example.com@127.0.0.1/',
  'https://127.0.0.1#@example.com/',
  'https://127.0.0.1\\@example.com/',
  'http://example.com/',
  '//127.0.0.1/',
  'not a URL',
  '',
]

describe('nothing is sent to', () => {
  const client = createSafeFetch({ lookup })
  const urls = [
    ...hosts.map((host) => `https://${host}:PORT/`),
    ...hosts.map((host) => `http://${host}:PORT/`),
    ...whole,
  ]

  test('enough addresses are tried', () => {
    expect(urls.length).toBeGreaterThan(150)
  })

  test.each(urls)('%s', async (pattern) => {
    const url = pattern.replace('PORT', String(canary.port))
    await expect(client.send(request(url))).rejects.toMatchObject({
      httpFailure: { kind: 'blocked_address', sent: false },
    })
    // The same from the mouth of a server; a reference without scheme keeps the door's origin.
    if (!/^[a-z]+:/.test(url)) return
    location = url.replaceAll(/[^\x20-\x7e]/g, encodeURIComponent)
    const redirected = request(`${door.origin}/`, { maxRedirects: 3 })
    await expect(client.send(redirected)).rejects.toMatchObject({
      httpFailure: { kind: 'blocked_address', sent: true },
    })
  })

  test.each(['http://127.0.0.1:1', 'https://127.0.0.1:PORT', 'http://localhost:PORT', 'http://['])(
    'the canary because %s is allowed',
    async (allowed) => {
      const origin = allowed.replace('PORT', String(canary.port))
      const addresses = { privateOrigins: [origin] }
      await expect(client.send(request(`${canary.origin}/`, { addresses }))).rejects.toMatchObject({
        httpFailure: { kind: 'blocked_address', sent: false },
      })
    },
  )
})

describe('an allowed private origin', () => {
  test('is reached, for this request only', async () => {
    const client = createSafeFetch({ lookup })
    const server = await startLoopbackServer((_request, response) => response.end('{"a":1}'))
    const url = `${server.origin}/`
    const allowed = request(url, { addresses: { privateOrigins: [server.origin] } })
    expect((await client.send(allowed)).json).toEqual({ a: 1 })
    await expect(client.send(request(url))).rejects.toMatchObject({
      httpFailure: { kind: 'blocked_address', sent: false },
    })
    expect(server.connections()).toBe(1)
    await client.close()
    await server.close()
  })

  test('may be a name', async () => {
    const client = createSafeFetch({ lookup })
    const server = await startLoopbackServer((_request, response) => response.end('{"a":1}'))
    const origin = `http://loopback.example:${server.port}`
    const allowed = request(`${origin}/`, { addresses: { privateOrigins: [origin] } })
    expect((await client.send(allowed)).json).toEqual({ a: 1 })
    await client.close()
    await server.close()
  })
})

describe('the look-up of a socket', () => {
  test('asks once, and hands out the very addresses it has checked', async () => {
    const answers = [['93.184.216.34', '2606:2800:220:1::1'], ['127.0.0.1']]
    let asked = 0
    const rebinding: AddressLookup = async () => {
      const addresses = answers[asked] ?? []
      asked += 1
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    }
    const look = checkedLookup(rebinding, isPublicAddress)
    const found = await new Promise((resolve) => {
      look('rebinding.example', { all: true }, (error, addresses) => resolve({ error, addresses }))
    })
    expect(found).toEqual({
      error: null,
      addresses: [
        { address: '93.184.216.34', family: 4 },
        { address: '2606:2800:220:1::1', family: 6 },
      ],
    })
    expect(asked).toBe(1)
    const second = await new Promise((resolve) => {
      look('rebinding.example', {}, (error) => resolve(error))
    })
    expect(second).toMatchObject({ kind: 'blocked_address' })
  })

  test('hands out one address to who wants one', async () => {
    const look = checkedLookup(async () => [{ address: '1.1.1.1', family: 4 }], isPublicAddress)
    const found = await new Promise((resolve) => {
      look('one.example', {}, (...answer) => resolve(answer))
    })
    expect(found).toEqual([null, '1.1.1.1', 4])
  })
})

describe('public addresses', () => {
  test.each(['1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.128.0.1', '11.0.0.1'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )
  test.each(['2606:4700::1111', '2a00:1450:4001::1', '2400:cb00::1'])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
  test.each(['127.0.0.1', '::1', '127.1', '0x7f000001', 'localhost', '', '4000::1', '::7f00:1'])(
    '%j is none',
    (address) => expect(isPublicAddress(address)).toBe(false),
  )
})
