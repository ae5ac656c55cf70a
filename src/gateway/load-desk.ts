import type { Model } from '../core/catalog/model.ts'

/** What is asked of a model here. */
type Loading = Pick<Model, 'provider' | 'loads'>

/**
 * Knows what own servers have loaded: what the last call to them was made with. What other users of
 * a server had loaded meanwhile is not known, nor what it has before the first call; then nothing
 * is counted, and the answer's seconds tell.
 */
export class LoadDesk {
  readonly #loaded = new Map<string, string>()

  /** Notes that a call goes to a model: whatever comes after it will find that loaded. */
  take({ provider, loads }: Loading): void {
    if (loads !== undefined) this.#loaded.set(provider, loads.name)
  }

  /** Seconds for which a server would load before it works for a model; 0 when it has it. */
  secondsOf({ provider, loads }: Loading): number {
    const loaded = this.#loaded.get(provider)
    return loads === undefined || loaded === undefined || loaded === loads.name ? 0 : loads.seconds
  }
}
