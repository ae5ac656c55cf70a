import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { readOwn } from '../../core/pricebook/feed/readers/own.ts'
import type { Trust } from '../../core/pricebook/feed/trust.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PriceSource } from '../../ports/price-source.ts'
import { isSigned, type SignatureRule, toPublicKey } from './signature.ts'
import { sourceFailure } from './source-failure.ts'

const EVERY_MS = 60_000
const MAX_BYTES = 8 * 1024 * 1024

/** What a feed in a file is made of. */
export interface OwnFileParts {
  readonly id: string
  readonly path: string
  readonly clock: Clock
  readonly trust: Trust
  readonly signature: SignatureRule
  readonly everyMs?: number
}

/**
 * A feed in the form of our own price files, on this machine. A signature stands beside it in
 * `<path>.sig`. The digest of the file is its version.
 * @throws TypeError when the public key is none.
 */
export function createOwnFileSource(parts: OwnFileParts): PriceSource {
  const { id, path, clock, trust, signature, everyMs = EVERY_MS } = parts
  if (signature.kind === 'ed25519') toPublicKey(signature.publicKey)
  return {
    id,
    kind: 'own',
    trust,
    everyMs,
    fetch: async (version, signal) => {
      const bytes = await readBounded(path, signal)
      const etag = createHash('sha256').update(bytes).digest('hex')
      const fetchedAt = clock.now()
      if (etag === version.etag) return { kind: 'unchanged', fetchedAt }
      const json = parse(bytes, path)
      const isOpen = signature.kind === 'none'
      const given = isOpen ? undefined : String(await readBounded(`${path}.sig`, signal))
      if (!isSigned(json, given, signature)) {
        throw sourceFailure('unsigned', `${basename(path)} is not signed as agreed`)
      }
      const reading = readOwn(json, { source: id })
      if (reading === undefined) {
        throw sourceFailure('unreadable', `${basename(path)} is no list of price rows`)
      }
      return { kind: 'read', reading, version: { etag }, fetchedAt }
    },
  }
}

async function readBounded(path: string, signal: AbortSignal): Promise<Buffer> {
  try {
    const { size } = await stat(path)
    if (size > MAX_BYTES) throw sourceFailure('too_large', `${basename(path)} has ${size} bytes`)
    return await readFile(path, { signal })
  } catch (error) {
    if (error instanceof Error && 'sourceFailure' in error) throw error
    throw sourceFailure('unreachable', `${basename(path)} cannot be read`, error)
  }
}

function parse(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw sourceFailure('unreadable', `${basename(path)} is no JSON`, error)
  }
}
