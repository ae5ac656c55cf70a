import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import { createProvider } from '../providers/shared/create-provider.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Emulator } from '../providers/shared/emulator.ts'
import { startSandbox } from '../sandbox/server.ts'
import type { BatchServiceStand } from './test-batch-service.ts'

/** A service connected to its emulator over loopback, whose clock the test moves. */
export async function openBatchStand(
  definition: ProviderDefinition,
  emulator: Emulator,
  modelId: string,
): Promise<BatchServiceStand> {
  let now = Date.UTC(2026, 10, 20, 12)
  const clock = { now: () => now, monotonicMs: () => now, sleep: () => Promise.resolve() }
  const sandbox = await startSandbox({
    ...{ emulators: [emulator], speed: 1, seed: 'batches', detail: 'plain', clock },
  })
  const http = createSafeFetch()
  const provider = createProvider(definition, {
    ...{ http, clock, apiKey: 'key-of-batches', baseUrl: sandbox.baseUrl(definition.id) },
    ...{ allowPrivate: false, isSimulated: true },
  })
  const model = definition.models.find(({ id }) => id === modelId)
  if (provider.batches === undefined || model === undefined) {
    throw new TypeError(`${definition.id} has no batches of ${modelId}`)
  }
  return {
    ...{ service: provider.batches, model },
    pass: (milliseconds) => {
      now += milliseconds
    },
    bill: () => sandbox.bill(),
    close: async () => {
      await http.close()
      await sandbox.close()
    },
  }
}
