import { readFileSync } from 'node:fs'
import { checkStructure } from '../core/quality/image-header.ts'
import type { ReferencePicture } from '../gateway/brand-vectors.ts'
import type { GateTools } from '../gateway/gate-evidence.ts'
import { ConfigError } from './config-error.ts'
import type { Settings } from './schema.ts'

/** Larger files are no pictures to compare with: embedders shrink them all. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Reads the pictures of brands that gates of the purposes name.
 * @throws ConfigError with all that cannot be read.
 */
export function referencesOf({
  purposes,
}: Pick<Settings, 'purposes'>): Pick<GateTools, 'references'> {
  const gates = Object.values(purposes).flatMap(({ gates: own = [] }) => own)
  const likenesses = gates.filter((gate) => gate.gate === 'similarity')
  const names = likenesses.flatMap(({ references: own }) => own)
  const isAimless = likenesses.some(
    ({ to, references: own }) => (to === 'references') !== own.length > 0,
  )
  const problems = isAimless ? ['similarity: `to: references` and `references` go together'] : []
  const references = new Map<string, ReferencePicture>()
  for (const name of new Set(names)) {
    const read = readPicture(name)
    if (typeof read === 'string') problems.push(`${name}: ${read}`)
    else references.set(name, read)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return references.size === 0 ? {} : { references }
}

function readPicture(path: string): ReferencePicture | string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch {
    return 'the reference picture cannot be read'
  }
  if (bytes.length > MAX_BYTES) return 'a reference picture may have 16 MB at most'
  const structure = checkStructure(bytes)
  if (structure.ok) return { bytes, format: structure.header.format }
  return `no picture to compare with: ${structure.reason}`
}
