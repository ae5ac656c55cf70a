import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import type { ImageStore } from '../../ports/image-store.ts'
import type { Log } from '../../ports/log.ts'
import { until } from '../../testing/gateway-stand.ts'
import { testImageStore } from '../../testing/test-image-store.ts'
import { createFileImageStore } from '../files/file-image-store.ts'
import { createRedisLayer } from '../redis/redis-layer.ts'
import { createHotImageStore } from './hot-image-store.ts'
import { createMemoryLayer } from './memory-layer.ts'

const redisUrl = process.env.KEEPRATE_TEST_REDIS_URL
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function folder() {
  const root = await mkdtemp(join(tmpdir(), 'keeprate-hot-'))
  const store = createFileImageStore(root)
  return { store, clear: () => rm(root, { recursive: true, force: true }) }
}

testImageStore('before a folder in memory', async () => {
  const { store, clear } = await folder()
  const layer = createMemoryLayer(64 * 1024 * 1024)
  return { store: createHotImageStore(store, layer, { isTrusted: true }), close: clear }
})

/** A store that counts its reads. */
function counted(store: ImageStore) {
  const read: string[] = []
  const get: ImageStore['get'] = (digest) => {
    read.push(digest)
    return store.get(digest)
  }
  return { read, store: { ...store, get } }
}

const picture = (byte: number, size = 100) => Buffer.alloc(size, byte)
const digestOf = (bytes: Uint8Array) => hash('sha256', bytes, 'hex')

test('memory holds what was asked for last, up to its limit, and no large picture', async () => {
  const { store: files, clear } = await folder()
  const { store, read } = counted(files)
  const hot = createHotImageStore(store, createMemoryLayer(3_200), { isTrusted: true })
  const small = Array.from({ length: 33 }, (_, index) => picture(index))
  const large = picture(99, 101)
  for (const bytes of [...small, large]) await hot.put(digestOf(bytes), bytes)
  const ask = async (bytes: Buffer) => {
    const before = read.length
    expect(bytes.equals((await hot.get(digestOf(bytes))) ?? Buffer.of())).toBe(true)
    return read.length === before ? 'memory' : 'store'
  }
  for (const bytes of small.slice(0, 32)) expect(await ask(bytes)).toBe('store')
  expect(await ask(picture(0))).toBe('memory')
  expect(await ask(picture(32))).toBe('store')
  // The first was asked for again, so the second had to go.
  expect(await ask(picture(0))).toBe('memory')
  expect(await ask(picture(1))).toBe('store')
  expect([await ask(large), await ask(large)]).toEqual(['store', 'store'])
  await clear()
})

describe.runIf(redisUrl !== undefined)('with a Redis server', () => {
  const open = async () => {
    const { store: files, clear } = await folder()
    const { store, read } = counted(files)
    const layer = createRedisLayer(redisUrl ?? '', silent)
    const hot = createHotImageStore(store, layer, { isTrusted: false })
    const close = async () => {
      await layer.close()
      await clear()
    }
    return { store: hot, read, close }
  }
  testImageStore('before a folder in Redis', open)

  test('replicas share copies; one that others wrote is never served', async () => {
    const [one, other] = [await open(), await open()]
    const bytes = picture(7)
    const digest = digestOf(bytes)
    await one.store.put(digest, bytes)
    // The other has another folder: it can only have it from Redis. Nobody is told of a copy that
    // could not be made, as while Redis is not reached yet: then it is made of the next read.
    await until(async () => {
      await one.store.get(digest)
      return (await other.store.get(digest)) ?? false
    })
    const redis = new Redis(redisUrl ?? '')
    await redis.set(`keeprate:picture:${digest}`, 'something else')
    expect(await other.store.get(digest)).toBeUndefined()
    expect(await redis.exists(`keeprate:picture:${digest}`)).toBe(0)
    redis.disconnect()
    await Promise.all([one.close(), other.close()])
  })
})

test('a Redis that is away costs nothing but its copies', async () => {
  const { store, clear } = await folder()
  const layer = createRedisLayer('redis://127.0.0.1:1', silent)
  const hot = createHotImageStore(store, layer, { isTrusted: false })
  const bytes = picture(3)
  await hot.put(digestOf(bytes), bytes)
  expect(bytes.equals((await hot.get(digestOf(bytes))) ?? Buffer.of())).toBe(true)
  await hot.remove(digestOf(bytes))
  expect(await hot.get(digestOf(bytes))).toBeUndefined()
  await layer.close()
  await clear()
})
