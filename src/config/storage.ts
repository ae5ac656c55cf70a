import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drainUntil } from '../adapters/files/drain.ts'
import { createFallbackStore } from '../adapters/files/fallback-image-store.ts'
import { createFileImageStore } from '../adapters/files/file-image-store.ts'
import { createSpooledStore } from '../adapters/files/spooled-image-store.ts'
import { createHotImageStore } from '../adapters/hot-pictures/hot-image-store.ts'
import { createMemoryLayer } from '../adapters/hot-pictures/memory-layer.ts'
import { createRedisLayer } from '../adapters/redis/redis-layer.ts'
import { S3Client } from '../adapters/s3/s3-client.ts'
import { createS3ImageStore } from '../adapters/s3/s3-image-store.ts'
import type { S3Settings } from '../adapters/s3/s3-settings.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Log } from '../ports/log.ts'
import { ConfigError } from './config-error.ts'
import type { Settings, StorageSettings } from './schema.ts'

/** What a picture store is put together from. */
export interface StorageParts {
  readonly http: HttpClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly sha256: Sha256
}

/** The picture store, and the work that carries on what could not be stored at once. */
export interface Storage {
  readonly images: ImageStore
  /** Resolves when it has ended after the signal. */
  drain(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the store of the settings, with what keeps copies of its pictures at hand: a Redis that all
 * replicas share, where one is named, and before it the memory of this process.
 * @throws ConfigError when an object store is named without what it needs.
 */
export function openStorage(settings: Settings, parts: StorageParts): Storage {
  const { images: store, drain } = openStore(settings, parts)
  const { redisUrl, cacheMemoryBytes } = settings
  const redis = redisUrl === undefined ? undefined : createRedisLayer(redisUrl, parts.log)
  const shared =
    redis === undefined ? store : createHotImageStore(store, redis, { isTrusted: false })
  const memory = createMemoryLayer(cacheMemoryBytes)
  return {
    images:
      cacheMemoryBytes === 0 ? shared : createHotImageStore(shared, memory, { isTrusted: true }),
    drain,
    close: async () => redis?.close(),
  }
}

/**
 * Opens the store of the settings: the home folder, or an object store with a folder before it.
 * What neither takes goes to a folder of the system's temporary ones, mostly on another disk.
 * @throws ConfigError when an object store is named without what it needs.
 */
function openStore({ home, storage }: Settings, parts: StorageParts): Omit<Storage, 'close'> {
  const { log } = parts
  const spareRoot = join(tmpdir(), `keeprate-${parts.sha256(home).slice(0, 16)}`)
  const spare = createFileImageStore(spareRoot)
  const toSpare = (error: unknown) => log.error({ error }, 'picture went to the fallback folder')
  const s3 = s3SettingsOf(storage)
  if (s3 === undefined) {
    const own = createFileImageStore(home)
    const images = createFallbackStore(own, spare, toSpare)
    return {
      images,
      drain: (signal) => drainUntil({ root: spareRoot, from: spare, to: own, ...parts }, signal),
    }
  }
  const remote = createS3ImageStore(new S3Client(s3, parts))
  const root = join(home, 'spool')
  const spool = createFileImageStore(root)
  const toSpool = (error: unknown) => log.warn({ error }, 'picture waits for the object store')
  const images = createFallbackStore(createSpooledStore(spool, remote, toSpool), spare, toSpare)
  return {
    images,
    drain: async (signal) => {
      const work = { to: remote, ...parts }
      await Promise.all([
        drainUntil({ ...work, root, from: spool }, signal),
        drainUntil({ ...work, root: spareRoot, from: spare }, signal),
      ])
    },
  }
}

function s3SettingsOf(settings: StorageSettings): S3Settings | undefined {
  const { url, endpoint, region, accessKeyId, secretAccessKey, sessionToken } = settings
  if (url === undefined) return undefined
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigError([
      'storage.url names a bucket: give storage.access_key_id and storage.secret_access_key, ' +
        'or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    ])
  }
  const [bucket = '', ...prefix] = url.slice('s3://'.length).split('/')
  return {
    ...{ bucket, prefix: prefix.join('/'), region, accessKeyId, secretAccessKey },
    ...(sessionToken === undefined ? {} : { sessionToken }),
    endpoint: endpoint ?? `https://s3.${region}.amazonaws.com`,
    isPathStyle: settings.isPathStyle ?? endpoint !== undefined,
    allowPrivate: settings.allowPrivate,
  }
}
