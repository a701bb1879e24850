// The shape of the house, read from its files: imports run one way, files are small and named after one idea, and the
// language stays what Node runs as it is. docs/design.md says why.

import assert from 'node:assert/strict'
import { basename, posix } from 'node:path'
import { test } from 'node:test'
import { type Import, importsOf } from './imports.ts'
import { code, files, read } from './repository.ts'

const typescript = code.filter((file) => file.endsWith('.ts'))
const imports = typescript.flatMap((file) => importsOf(file, read(file)))
const isTest = (file: string): boolean => /\.(test|fixture)\.ts$|\/e2e\//.test(file)

/** Which package a file belongs to, or null outside packages/. */
function packageOf(file: string): string | null {
  return /^packages\/([^/]+)\//.exec(file)?.[1] ?? null
}

/** The package that an import reaches: by its name or by a relative path. */
function target({ module, file }: Import): string | null {
  if (file !== null) return packageOf(file)
  return /^@oltr\/([^/]+)/.exec(module)?.[1] ?? (/^oltr(\/|$)/.test(module) ? 'oltr' : null)
}

function none(broken: readonly (string | Import)[], rule: string): void {
  const lines = broken.map((one) => (typeof one === 'string' ? one : `${one.from} imports ${one.module}`))
  assert.deepEqual(lines, [], rule)
}

test('the files are seen at all', () => {
  assert.ok(typescript.length > 50, `only ${typescript.length} TypeScript files found`)
  assert.ok(imports.some(({ module }) => module === '@oltr/torch'))
})

test('imports run one way: torch knows no other package, oltr only torch, nobody the studio', () => {
  const allowed: Record<string, string[]> = { torch: [], oltr: ['torch'], studio: ['oltr', 'torch'] }
  none(
    imports.filter((one) => {
      const [from, to] = [packageOf(one.from), target(one)]
      if (to === null || from === to) return false
      return from === null ? to === 'studio' : !(allowed[from] ?? []).includes(to)
    }),
    'torch <- oltr <- studio; bench, parity and tests may use torch and oltr',
  )
})

test('a package is entered by its doors: no relative path leads into another package', () => {
  none(
    imports
      .filter(
        (one) => one.file !== null && packageOf(one.from) !== null && target(one) !== packageOf(one.from),
      )
      // The tests beside a package's files compare with the golden tensors at the root.
      .filter((one) => !(isTest(one.from) && one.file!.startsWith('parity/'))),
    "use the other package's name and one of its exports",
  )
})

/** The files that a file loads when it runs, itself and everything below included. */
function loads(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const one of byFile.get(file) ?? []) {
    const next = one.typeOnly ? null : (one.file ?? exported(one.module))
    if (next !== null) loads(next, seen)
  }
  return seen
}

const byFile = Map.groupBy(imports, ({ from }) => from)

/** The file behind a package's name, such as `@oltr/torch/nn`; null for packages from elsewhere. */
function exported(module: string): string | null {
  const match = /^(@oltr\/torch|@oltr\/studio|oltr)(\/.+)?$/.exec(module)
  if (!match) return null
  const folder = `packages/${match[1]!.replace('@oltr/', '')}`
  const file = JSON.parse(read(`${folder}/package.json`)).exports[`.${match[2] ?? ''}`]
  assert.ok(file, `${module} is not exported by ${folder}/package.json`)
  return posix.join(folder, file)
}

test('what needs no tensor loads none: recipes, metrics, reporting, data sets, records, file writing, the studio', () => {
  const free =
    /^packages\/(oltr\/src\/(metrics|reporting|recipes|datasets|exploration\/index\.ts)|torch\/src\/files|studio\/src\/(?!programs\/))/
  none(
    typescript
      .filter((file) => free.test(file) && !isTest(file))
      .filter((file) => loads(file).has('packages/torch/src/native.ts')),
    'these must load on a machine without libtorch',
  )
  // The rule can see the bridge where it is used.
  assert.ok(loads('packages/torch/src/index.ts').has('packages/torch/src/native.ts'))
})

test('one file touches the compiled bridge: packages/torch/src/native.ts', () => {
  const loads = /createRequire|process\.dlopen|\.node['"`]/
  none(
    typescript.filter(
      (file) =>
        /^packages\/[^/]+\/src\//.test(file) &&
        file !== 'packages/torch/src/native.ts' &&
        loads.test(read(file)) &&
        !isTest(file),
    ),
    'everything else asks native.ts',
  )
})

test('every module that is imported by name is a dependency of the package that imports it', () => {
  none(
    imports.filter(({ from, module, file }) => {
      const home = packageOf(from)
      if (home === null || file !== null || module.startsWith('node:')) return false
      const {
        dependencies = {},
        optionalDependencies = {},
        name,
      } = JSON.parse(read(`packages/${home}/package.json`))
      const wanted = module
        .split('/')
        .slice(0, module.startsWith('@') ? 2 : 1)
        .join('/')
      if (wanted === name || wanted in dependencies || wanted in optionalDependencies) return false
      return !(isTest(from) && wanted in JSON.parse(read('package.json')).devDependencies)
    }),
    'add it, pinned, to the package.json of that package',
  )
})

test('no file of code is over 400 lines, unless its first lines say why ("Long because …")', () => {
  none(
    code.filter((file) => {
      const lines = read(file).trimEnd().split('\n')
      return lines.length > 400 && !lines.slice(0, 15).some((line) => line.includes('Long because'))
    }),
    'split the file by ideas',
  )
})

test('a file begins by saying what it is', () => {
  const opening = /^(#![^\n]*\n)?(\/\/|\/\*|#|""")/
  none(
    code.filter((file) => !isTest(file) && !opening.test(read(file))),
    'the first line is a comment: what the file is and where it comes from',
  )
})

test('the language stays what Node runs by stripping types', () => {
  const enums = /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/m
  const namespaces = /^\s*(?:export\s+)?(?:declare\s+)?namespace\s/m
  const defaults = /^\s*export\s+default\b|\bas\s+default\b/m
  const inOltr = typescript.filter((file) => file !== 'tests/architecture.test.ts')
  none(
    inOltr.filter((file) => enums.test(read(file))),
    'no enum: use a union of strings',
  )
  none(
    inOltr.filter((file) => namespaces.test(read(file))),
    'no namespace',
  )
  none(
    inOltr.filter((file) => defaults.test(read(file))),
    'no default export: a thing has one name',
  )
})

test('names are kebab-case, say one thing, and index.ts stands only at a door', () => {
  const names = code.filter((file) => /\.(ts|js)$/.test(file))
  none(
    names.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|fixture|d))*\.(ts|js)$/.test(basename(file))),
    'file names are kebab-case',
  )
  none(
    files.filter((file) => /(^|\/)(utils?|helpers?|misc|common)(\.|\/)/.test(file)),
    'name a file after what it holds',
  )
  const doors = new Set(
    ['torch', 'oltr', 'studio']
      .filter((name) => files.includes(`packages/${name}/package.json`))
      .flatMap((name) => {
        const exported = Object.values(
          JSON.parse(read(`packages/${name}/package.json`)).exports ?? {},
        ) as string[]
        return exported.map((path) => `packages/${name}/${path.replace('./', '')}`)
      }),
  )
  none(
    names.filter((file) => basename(file) === 'index.ts' && !doors.has(file)),
    "index.ts only where the package's exports name it",
  )
  none(
    [...doors].filter((file) => !files.includes(file)),
    'every export of a package exists',
  )
})

test('versions are exact, and the lock file holds every one of them', () => {
  const manifests = files.filter((file) => /^(packages\/[^/]+\/)?package\.json$/.test(file))
  const loose = manifests.flatMap((file) => {
    const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = JSON.parse(read(file))
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version as string))
      .map(([name, version]) => `${file}: ${name} ${version}`)
  })
  none(loose, 'pin exact versions')
  // npm leaves out packages for other platforms that its registry lacked that day; npm ci then refuses the whole file.
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dependencies?: object; optionalDependencies?: object }>
  }
  const absent = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      )
      .map((name) => `${path || 'the root'} needs ${name}`),
  )
  none(absent, 'package-lock.json lacks these: npm ci would fail')
})

test('the papers of the house are there', () => {
  for (const file of [
    'LICENSE',
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/design.md',
    'docs/paper-map.md',
    '.ci/run',
  ])
    assert.ok(files.includes(file), `${file} is missing`)
  assert.match(read('LICENSE'), /MIT License/)
})
