import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '../src/adapters/s3/s3-client.ts'
import type { S3Settings } from '../src/adapters/s3/s3-settings.ts'
import { createSafeFetch } from '../src/adapters/safe-fetch/client.ts'
import { systemClock } from '../src/adapters/system-clock/system-clock.ts'
import type { HttpClient } from '../src/ports/http-client.ts'
import { seededRandom } from '../src/testing/virtual-clock.ts'

/** The part of s3rver that is used; the package has no types. */
interface S3rver {
  run(): Promise<{ readonly port: number }>
  close(): Promise<void>
}
type S3rverClass = new (options: {
  readonly port: number
  readonly address: string
  readonly silent: boolean
  readonly directory: string
  readonly configureBuckets: readonly { readonly name: string }[]
}) => S3rver
const require = createRequire(import.meta.url)

/** A real S3 server on loopback, for tests. */
export interface S3Stand {
  readonly settings: S3Settings
  readonly http: HttpClient
  client(changes?: Partial<S3Settings>, http?: HttpClient): S3Client
  close(): Promise<void>
}

/** Starts s3rver with one bucket in a folder of its own. */
export async function openS3Stand(): Promise<S3Stand> {
  const directory = await mkdtemp(join(tmpdir(), 'keeprate-s3-'))
  const Server = require('s3rver') as S3rverClass
  const server = new Server({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory },
    configureBuckets: [{ name: 'pictures' }],
  })
  const { port } = await server.run()
  const http = createSafeFetch()
  const settings: S3Settings = {
    ...{ bucket: 'pictures', prefix: 'shop', endpoint: `http://127.0.0.1:${port}` },
    ...{ region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    ...{ isPathStyle: true, allowPrivate: true },
  }
  const parts = { clock: systemClock, random: seededRandom(1) }
  return {
    settings,
    http,
    client: (changes = {}, client = http) =>
      new S3Client({ ...settings, ...changes }, { ...parts, http: client }),
    close: async () => {
      await http.close()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
