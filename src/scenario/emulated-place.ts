import { ExchangeError } from '../adapters/safe-fetch/failure.ts'
import type { EmulatorRequest } from '../providers/shared/emulator.ts'
import type { Running, Station } from '../sandbox/running.ts'

/** Where a request to an emulator of the same process goes. */
export interface EmulatedPlace extends Pick<EmulatorRequest, 'path' | 'query' | 'baseUrl'> {
  readonly station: Station
}

/** Finds the emulator behind an address. @throws ExchangeError when there is none. */
export function emulatedPlace(running: Running, address: string): EmulatedPlace {
  const url = new URL(address)
  const [, id = '', ...path] = url.pathname.split('/')
  const station = running.stations.get(id)
  if (url.origin !== running.origin || station === undefined) {
    throw new ExchangeError('dns', `nobody is emulated at ${url.origin}/${id}`)
  }
  return {
    station,
    path: decodeURIComponent(`/${path.join('/')}`),
    query: url.searchParams,
    baseUrl: `${running.origin}/${id}`,
  }
}
