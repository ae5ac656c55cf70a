/** Whose line somebody stands in. */
export interface LineOwner {
  readonly name: string
  /** Its share of the turns, in proportion to those of others. */
  readonly weight: number
}

interface Line<Item> {
  readonly owner: LineOwner
  readonly items: { readonly item: Item; readonly cost: number }[]
  /** What its turns have cost so far, by its weight; the line with the least is next. */
  paid: number
}

/**
 * One waiting line for each owner; the lines take turns, so that who sends a thousand does not keep
 * another one's first waiting behind them. Turns cost what is taken, divided by the weight.
 */
export class FairLines<Item> {
  readonly #lines = new Map<string, Line<Item>>()
  /** Where the last turn began: a line that opens now has no turns saved up. */
  #now = 0
  #size = 0

  /** How many wait in all lines. */
  get size(): number {
    return this.#size
  }

  /** Joins the end of the owner's line. */
  add(owner: LineOwner, cost: number, item: Item): void {
    let line = this.#lines.get(owner.name)
    if (line === undefined) {
      line = { owner, items: [], paid: this.#now }
      this.#lines.set(owner.name, line)
    }
    line.items.push({ item, cost })
    this.#size += 1
  }

  /** Whose turn it is; undefined when nobody waits. */
  next(): Item | undefined {
    return this.#nextLine()?.items[0]?.item
  }

  /** Takes the turn of {@link next}. */
  take(): void {
    const line = this.#nextLine()
    const first = line?.items.shift()
    if (line === undefined || first === undefined) return
    this.#now = line.paid
    line.paid += first.cost / line.owner.weight
    this.#left(line)
  }

  /** Goes out of the line without a turn. @returns whether it stood there. */
  remove(item: Item): boolean {
    for (const line of this.#lines.values()) {
      const index = line.items.findIndex((each) => each.item === item)
      if (index < 0) continue
      line.items.splice(index, 1)
      this.#left(line)
      return true
    }
    return false
  }

  /**
   * Makes room for one more of an owner: the last of the longest line goes, unless that would make
   * the owner's own line as long.
   * @returns who went; undefined when nobody has to, and the new one must.
   */
  giveWay(owner: LineOwner): Item | undefined {
    const length = ({ items, owner: { weight } }: Line<Item>): number => items.length / weight
    let longest: Line<Item> | undefined
    for (const line of this.#lines.values()) {
      if (longest === undefined || length(line) > length(longest)) longest = line
    }
    const own = this.#lines.get(owner.name)?.items.length ?? 0
    if (longest === undefined || length(longest) <= (own + 1) / owner.weight) return undefined
    const last = longest.items.pop()
    this.#left(longest)
    return last?.item
  }

  #nextLine(): Line<Item> | undefined {
    let next: Line<Item> | undefined
    for (const line of this.#lines.values()) {
      if (next === undefined || line.paid < next.paid) next = line
    }
    return next
  }

  #left(line: Line<Item>): void {
    this.#size -= 1
    if (line.items.length === 0) this.#lines.delete(line.owner.name)
  }
}
