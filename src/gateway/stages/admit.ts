import { GatewayError } from '../../core/errors/gateway-error.ts'
import { matchesAny, type VirtualKey } from '../../core/ledger/virtual-key.ts'
import { allowedOf } from '../allowed-models.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Run } from '../run.ts'

/**
 * Finds out whose key pays, and leaves only the models that it may use. A job asks again each time
 * it is begun: rights may have changed since it was accepted.
 * @throws GatewayError `permission_denied` for a model or a purpose that the key does not have.
 */
export async function admit(run: Run, deps: Dependencies): Promise<Run> {
  const key = await deps.keys.keyOf(run.caller.keyId)
  if (key === undefined) return run
  refusePurpose(run.request.purpose, key)
  const team = key.team === undefined ? {} : { team: key.team }
  const allowed = key.models === undefined ? {} : { allowed: key.models }
  return { ...run, ...team, ...allowed, resolution: withAllowed(run, key) }
}

function refusePurpose(purpose: string | undefined, { purposes }: VirtualKey): void {
  if (purposes === undefined || matchesAny(purposes, purpose ?? '')) return
  const has = purposes.join(', ')
  const message =
    purpose === undefined
      ? `This key needs a purpose (x-keeprate-purpose, keeprate.purpose); it has ${has}.`
      : `This key does not have the purpose ${purpose}; it has ${has}.`
  throw new GatewayError('permission_denied', message, { param: 'purpose' })
}

function withAllowed({ resolution, request }: Run, { models }: VirtualKey): Run['resolution'] {
  if (models === undefined) return resolution
  const allowed = allowedOf(resolution.models, models)
  if (allowed.length > 0) return { ...resolution, models: allowed }
  const message = `This key does not have the model ${request.model}; it has ${models.join(', ')}.`
  throw new GatewayError('permission_denied', message, { param: 'model' })
}
