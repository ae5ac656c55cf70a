import { readFileSync } from 'node:fs'
import { systemRandom } from '../adapters/system-clock/system-clock.ts'
import { emulators } from '../sandbox/registry.generated.ts'
import type { SandboxOptions } from '../sandbox/running.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'
import { type TruthFile, truthSchema } from '../sandbox/truth.ts'
import { ConfigError } from './config-error.ts'
import { openDocument } from './open-document.ts'
import type { SandboxSettings } from './sandbox-schema.ts'

/** Starts the emulated providers, and the emulated judge, as the settings want them. */
export const openSandbox = (
  { sandboxSpeed, sandboxDetail, sandboxTruth }: SandboxSettings,
  more: Pick<SandboxOptions, 'port' | 'orders'> = {},
): Promise<Sandbox> =>
  startSandbox({
    ...{ emulators, speed: sandboxSpeed, detail: sandboxDetail, ...more },
    // A new seed at each start: job ids of an earlier one must not come again.
    seed: Buffer.from(systemRandom.bytes(8)).toString('hex'),
    ...(sandboxTruth === undefined ? {} : { truth: readTruth(sandboxTruth) }),
  })

/**
 * Reads the hidden truth about emulated pictures.
 * @throws ConfigError naming line and column.
 */
export function readTruth(path: string): TruthFile {
  const document = openDocument(textOf(path), path)
  if (document.errors.length > 0) throw new ConfigError(document.errors)
  const read = truthSchema.safeParse(document.value)
  if (read.success) return read.data
  throw new ConfigError(
    read.error.issues.map(
      ({ path: keys, message }) => `${document.place(keys)}: ${keys.join('.')}: ${message}`,
    ),
  )
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new ConfigError([`${path}: the file cannot be read`])
  }
}
