// From a scene to bytes: background, clutter, object, occluder, then light and noise over everything.

import { Canvas, coverage, type Extent, type Field } from './canvas.ts'
import { EYE, partDistance, REACH } from './parts.ts'
import type { KeyedRandom } from './random.ts'
import type { Clutter, Light, Pose, Scene } from './scene.ts'
import { BODY_REACH, limb, OUTLINES } from './shapes.ts'
import { type TextureSetting, textureAt } from './textures.ts'
import { cosineOfTurn, sineOfTurn } from './turn.ts'

/**
 * Draws the scene into `bytes`: (3, size, size) planar RGB from `offset` on. `random` makes the noise. Returns the
 * share of the body that the occluder hides, 0..1.
 */
export function drawScene(
  scene: Scene,
  size: number,
  random: KeyedRandom,
  bytes: Uint8Array,
  offset = 0,
): number {
  const canvas = new Canvas(size)
  paintBackground(canvas, scene.background)
  for (const clutter of scene.clutter) paintClutter(canvas, clutter)
  paintObject(canvas, scene)
  let hidden = 0
  if (scene.occluder !== null) {
    hidden = hiddenShare(scene, scene.occluder, size)
    paintClutter(canvas, scene.occluder)
  }
  develop(canvas, scene.light, scene.noise, random, bytes, offset)
  return hidden
}

function paintBackground(canvas: Canvas, background: Scene['background']): void {
  const { kind, near, far, lattice, at } = background
  const { size, red, green, blue } = canvas
  const [cos, sin] = [cosineOfTurn(background.turn), sineOfTurn(background.turn)]
  for (let row = 0; row < size; row++) {
    const y = canvas.coordinate(row)
    for (let column = 0; column < size; column++) {
      const x = canvas.coordinate(column)
      let share = 0
      if (kind === 'sky') share = 0.5 + 0.5 * (cos * x + sin * y)
      else if (kind === 'horizon') share = coverage(y - at - 0.3 * sin * x, size)
      else if (kind === 'tiles') share = coverage(tileDistance(cos * x + sin * y, cos * y - sin * x), size)
      else if (kind === 'clouds') share = interpolate(lattice, 3 * (x + 1), 3 * (y + 1))
      const [r, g, b] = near
      const i = row * size + column
      red[i] = r + (far[0] - r) * share
      green[i] = g + (far[1] - g) * share
      blue[i] = b + (far[2] - b) * share
    }
  }
}

/** Distance from the joints of square tiles, 0.55 wide. */
function tileDistance(u: number, v: number): number {
  const du = Math.abs(u / 0.55 - Math.floor(u / 0.55) - 0.5)
  const dv = Math.abs(v / 0.55 - Math.floor(v / 0.55) - 0.5)
  return 0.55 * (0.44 - Math.max(du, dv))
}

/** Bilinear interpolation in a 7 x 7 lattice; u, v in 0..6. */
function interpolate(lattice: readonly number[], u: number, v: number): number {
  const column = Math.min(5, Math.floor(u))
  const row = Math.min(5, Math.floor(v))
  const [fu, fv] = [u - column, v - row]
  const at = row * 7 + column
  const upper = lattice[at] + (lattice[at + 1] - lattice[at]) * fu
  const lower = lattice[at + 7] + (lattice[at + 8] - lattice[at + 7]) * fu
  return upper + (lower - upper) * fv
}

/** A function of a posed body's own frame (units of its radius), as a function of picture coordinates. */
function inFrame(pose: Pose, field: Field): Field {
  const [cos, sin] = [cosineOfTurn(pose.rotation), sineOfTurn(pose.rotation)]
  const { x: px, y: py, scale } = pose
  const side = pose.mirrored ? -1 : 1
  return (x, y) => {
    const dx = (x - px) / scale
    const dy = (y - py) / scale
    return field(side * (cos * dx + sin * dy), cos * dy - sin * dx)
  }
}

/** A signed distance in a body's frame, in picture units. */
function posed(pose: Pose, distance: Field): Field {
  return inFrame(pose, (x, y) => distance(x, y) * pose.scale)
}

function paintObject(canvas: Canvas, scene: Scene): void {
  const { concepts, pose, outline } = scene
  const extent: Extent = { x: pose.x, y: pose.y, reach: REACH * pose.scale }
  const bodyExtent: Extent = { x: pose.x, y: pose.y, reach: BODY_REACH * pose.scale }
  const shape = OUTLINES[concepts.shape]
  if (concepts.part !== 'eye') {
    canvas.fill(extent, posed(pose, partDistance(concepts.part, concepts.shape)), scene.limb)
  }
  if (outline.width > 0) {
    canvas.fill(
      bodyExtent,
      posed(pose, (x, y) => shape.distance(x, y) - outline.width),
      outline.colour,
    )
  }
  const setting: TextureSetting = {
    texture: concepts.texture,
    period: scene.texture.period,
    phase: scene.texture.phase,
    cos: cosineOfTurn(scene.texture.turn),
    sin: sineOfTurn(scene.texture.turn),
    blur: 2 / (canvas.size * pose.scale),
  }
  const share = inFrame(pose, (x, y) => textureAt(setting, x, y))
  canvas.fill(bodyExtent, posed(pose, shape.distance), scene.body, scene.mate, share)
  if (concepts.part === 'eye') paintEye(canvas, scene, bodyExtent)
}

function paintEye(canvas: Canvas, scene: Scene, extent: Extent): void {
  const { pose, concepts } = scene
  const [fx, fy] = OUTLINES[concepts.shape].face
  const px = fx + EYE.glance
  const pupil: Field = (x, y) => Math.sqrt((x - px) * (x - px) + (y - fy) * (y - fy)) - EYE.pupil
  canvas.fill(extent, posed(pose, partDistance('eye', concepts.shape)), [0.95, 0.95, 0.95])
  canvas.fill(extent, posed(pose, pupil), [0.06, 0.06, 0.08])
}

function clutterField(clutter: Clutter): Field {
  const { x, y, radius } = clutter
  if (clutter.kind === 'blob') return (u, v) => Math.sqrt((u - x) * (u - x) + (v - y) * (v - y)) - radius
  if (clutter.kind === 'line') {
    return (u, v) => limb(u, v, x, y, clutter.toX, clutter.toY, radius, radius)
  }
  const pose: Pose = { x, y, scale: radius, rotation: clutter.turn, mirrored: false }
  if (clutter.kind === 'figure') return posed(pose, OUTLINES[clutter.shape].distance)
  return posed(pose, partDistance(clutter.part, 'disc'))
}

function paintClutter(canvas: Canvas, clutter: Clutter): void {
  const reach =
    clutter.kind === 'line'
      ? Math.max(Math.abs(clutter.toX - clutter.x), Math.abs(clutter.toY - clutter.y)) + clutter.radius
      : clutter.radius * (clutter.kind === 'limb' ? REACH : BODY_REACH)
  canvas.fill({ x: clutter.x, y: clutter.y, reach }, clutterField(clutter), clutter.colour)
}

/** The share of the body's area that the occluder covers. */
function hiddenShare(scene: Scene, occluder: Clutter, size: number): number {
  const body = posed(scene.pose, OUTLINES[scene.concepts.shape].distance)
  const cover = clutterField(occluder)
  let area = 0
  let covered = 0
  for (let row = 0; row < size; row++) {
    const y = (2 * row + 1) / size - 1
    for (let column = 0; column < size; column++) {
      const x = (2 * column + 1) / size - 1
      const inside = coverage(body(x, y), size)
      if (inside === 0) continue
      area += inside
      covered += Math.min(inside, coverage(cover(x, y), size))
    }
  }
  return area === 0 ? 0 : covered / area
}

/** Light, noise, and rounding to bytes. */
function develop(
  canvas: Canvas,
  light: Light,
  noise: number,
  random: KeyedRandom,
  bytes: Uint8Array,
  offset: number,
): void {
  const { size } = canvas
  const [cos, sin] = [cosineOfTurn(light.direction), sineOfTurn(light.direction)]
  const planes = [canvas.red, canvas.green, canvas.blue]
  // The sum of two 16-bit uniforms is a triangular distribution: standard deviation 1 / sqrt(6) of its half width.
  const amplitude = (noise * 2.449489742783178) / 65535
  for (let channel = 0; channel < 3; channel++) {
    const plane = planes[channel]
    const factor = light.gain * light.tint[channel]
    let at = offset + channel * size * size
    for (let row = 0; row < size; row++) {
      const y = canvas.coordinate(row)
      for (let column = 0; column < size; column++, at++) {
        const slope = 1 + light.slope * (cos * canvas.coordinate(column) + sin * y)
        const bits = random.next()
        const grain = ((bits >>> 16) + (bits & 65535) - 65535) * amplitude
        const value = (plane[row * size + column] * factor * slope + grain) * 255 + 0.5
        bytes[at] = value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value)
      }
    }
  }
}
