import { describe, expect, test } from 'vitest'
import { createWebhookAddresses } from './webhook-addresses.ts'

const real = { id: 'fal', isSimulated: false }
const emulated = { id: 'fal', isSimulated: true }
const call = { provider: 'fal', attemptId: 'att_1' }

function listening(publicUrl?: string, ownUrl = 'http://127.0.0.1:4343') {
  const addresses = createWebhookAddresses('secret', publicUrl)
  addresses.listensAt(ownUrl)
  return addresses
}
const tokenOf = (url = ''): string => new URL(url).searchParams.get('token') ?? ''

describe('an address', () => {
  test('names provider and attempt, and carries a token of its own', () => {
    const { url = '' } = listening('https://images.example.com').addressFor(real, 'att_1') ?? {}
    expect(url).toMatch(
      /^https:\/\/images\.example\.com\/v1\/provider-webhooks\/fal\/att_1\?token=[\w-]{43}$/,
    )
  })

  test('is there only while a server listens: a command that ends soon asks for no report', () => {
    const addresses = createWebhookAddresses('secret', 'https://images.example.com')
    expect(addresses.addressFor(real, 'att_1')).toBeUndefined()
    addresses.listensAt('http://127.0.0.1:4343')
    expect(addresses.addressFor(real, 'att_1')).toBeDefined()
  })

  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ['https://images.example.com', true],
    ['http://images.example.com', false],
    ['http://127.0.0.1.example.com', false],
    ['http://127.0.0.1:4343', true],
    ['http://localhost:4343', true],
    ['http://[::1]:4343', true],
  ])('below the public address %s is given to a real provider: %s', (publicUrl, isGiven) => {
    expect(listening(publicUrl).addressFor(real, 'att_1') !== undefined).toBe(isGiven)
  })

  test('of an emulated provider is that of the server itself, on this machine only', () => {
    const { url } = listening('https://images.example.com').addressFor(emulated, 'att_1') ?? {}
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:4343\//)
    const open = listening('https://images.example.com', 'http://192.0.2.1:4343')
    expect(open.addressFor(emulated, 'att_1')).toBeUndefined()
  })
})

describe('a token', () => {
  test('is good for its call alone, at all replicas with the same secret', () => {
    const { url } = listening('https://images.example.com').addressFor(real, 'att_1') ?? {}
    const replica = createWebhookAddresses('secret', undefined)
    expect(replica.isGenuine(call, tokenOf(url))).toBe(true)
    expect(replica.isGenuine({ ...call, attemptId: 'att_2' }, tokenOf(url))).toBe(false)
    expect(replica.isGenuine({ ...call, provider: 'bfl' }, tokenOf(url))).toBe(false)
    expect(createWebhookAddresses('other', undefined).isGenuine(call, tokenOf(url))).toBe(false)
  })

  test.each(['', 'a', 'é'.repeat(43)])('%j is none', (token) => {
    expect(listening().isGenuine(call, token)).toBe(false)
  })

  test('is not the secret that providers sign with', () => {
    const addresses = listening('https://images.example.com')
    const { url, secret } = addresses.addressFor(real, 'att_1') ?? {}
    expect(secret).toBe(addresses.secretOf(call))
    expect(addresses.isGenuine(call, secret ?? '')).toBe(false)
    expect(tokenOf(url)).not.toBe(secret)
  })
})
