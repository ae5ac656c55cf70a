import type { VerdictSeen } from './policy.ts'

/** Verdicts on their way: what people say arrives by its own time, not in the order of pictures. */
export class VerdictQueue {
  /** A binary heap: no verdict is due before its parent. */
  readonly #heap: VerdictSeen[] = []

  add(verdict: VerdictSeen): void {
    const heap = this.#heap
    let child = heap.push(verdict) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!isBefore(heap[child] as VerdictSeen, heap[parent] as VerdictSeen)) return
      this.#swap(child, parent)
      child = parent
    }
  }

  /** Takes out the next verdict that is due by then. */
  takeDue(atSeconds: number): VerdictSeen | undefined {
    const heap = this.#heap
    const [first] = heap
    if (first === undefined || first.atSeconds > atSeconds) return undefined
    const last = heap.pop() as VerdictSeen
    if (heap.length > 0) {
      heap[0] = last
      this.#sink()
    }
    return first
  }

  #sink(): void {
    const heap = this.#heap
    for (let parent = 0; ; ) {
      let next = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        const candidate = heap[child]
        if (candidate !== undefined && isBefore(candidate, heap[next] as VerdictSeen)) next = child
      }
      if (next === parent) return
      this.#swap(parent, next)
      parent = next
    }
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap
    const held = heap[one] as VerdictSeen
    heap[one] = heap[other] as VerdictSeen
    heap[other] = held
  }
}

const isBefore = (one: VerdictSeen, other: VerdictSeen): boolean =>
  one.atSeconds < other.atSeconds ||
  (one.atSeconds === other.atSeconds && one.requestIndex < other.requestIndex)
