// Colours of the map's points, told apart by people with every kind of colour vision (Okabe and Ito 2008; the scale for
// amounts runs from blue to yellow as cividis does).

import type { Response } from '../../src/api/schemas.ts'

export type MapData = NonNullable<Response<'map'>['map']>
export type ColourBy = 'class' | 'openness' | 'named' | 'asked'

type Rgb = readonly [red: number, green: number, blue: number]

const HUES: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [240, 228, 66],
]
const GREY: Rgb = [140, 140, 148]
const SCALE: readonly Rgb[] = [
  [0, 52, 110],
  [85, 91, 108],
  [122, 122, 120],
  [175, 160, 107],
  [254, 232, 56],
]

export interface Colouring {
  /** One of `palette` a point. */
  readonly indexes: Uint8Array
  readonly palette: readonly Rgb[]
  readonly legend: readonly { readonly text: string; readonly colour: string }[]
}

const css = ([red, green, blue]: Rgb) => `rgb(${red} ${green} ${blue})`

function onScale(share: number): Rgb {
  const place = Math.max(0, Math.min(1, share)) * (SCALE.length - 1)
  const low = Math.min(SCALE.length - 2, Math.floor(place))
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(SCALE[low]![channel] * (1 - (place - low)) + SCALE[low + 1]![channel] * (place - low))
  return [mix(0), mix(1), mix(2)]
}

function byClass({ classNames }: MapData): Colouring {
  const counts = new Map<string, number>()
  for (const name of classNames) counts.set(name, (counts.get(name) ?? 0) + 1)
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, HUES.length)
  const colourOf = new Map(most.map(([name], index) => [name, index + 1]))
  const others = counts.size - most.length
  return {
    indexes: Uint8Array.from(classNames, (name) => colourOf.get(name) ?? 0),
    palette: [GREY, ...HUES],
    legend: [
      ...most.map(([name], index) => ({ text: name, colour: css(HUES[index]!) })),
      ...(others > 0 ? [{ text: `${others} other classes`, colour: css(GREY) }] : []),
    ],
  }
}

function byOpenness({ openness }: MapData): Colouring {
  const STEPS = 64
  const sorted = Float64Array.from(openness).sort()
  // By rank, since scores have no unit: a few extreme ones would leave one colour for all others.
  const rankOf = (value: number) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    return low / Math.max(1, sorted.length - 1)
  }
  return {
    indexes: Uint8Array.from(openness, (value) => Math.min(STEPS - 1, Math.floor(rankOf(value) * STEPS))),
    palette: Array.from({ length: STEPS }, (_, step) => onScale(step / (STEPS - 1))),
    legend: [
      { text: 'least open', colour: css(SCALE[0]!) },
      { text: 'half are more open', colour: css(SCALE[2]!) },
      { text: 'most open', colour: css(SCALE[4]!) },
    ],
  }
}

function byFlag(flags: readonly boolean[], yes: string, no: string): Colouring {
  return {
    indexes: Uint8Array.from(flags, (flag) => (flag ? 1 : 0)),
    palette: [GREY, HUES[5]!],
    legend: [
      { text: yes, colour: css(HUES[5]!) },
      { text: no, colour: css(GREY) },
    ],
  }
}

export function colourMap(map: MapData, by: ColourBy): Colouring {
  if (by === 'class') return byClass(map)
  if (by === 'openness') return byOpenness(map)
  if (by === 'named') return byFlag(map.named, 'named by people', 'not named yet')
  return byFlag(map.asked, 'asked about', 'not asked about')
}
