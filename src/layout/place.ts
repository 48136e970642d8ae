import { Codec, dataViewOf, describe, label } from "./codec.ts";
import { getScalar, putScalar } from "./scalars.ts";
import type { ByteSource, FieldPath, Struct, View } from "./types.ts";

/** A field with its place. */
export class Place {
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly kind: number;
  readonly offset: number;

  constructor(name: string, codec: Codec<unknown>, offset: number) {
    this.name = name;
    this.codec = codec;
    this.kind = codec.kind;
    this.offset = offset;
  }

  /** Reads the field of a structure that starts at a place. */
  decode(data: DataView, at: number): unknown {
    return this.kind === 0
      ? this.codec.decode(data, at + this.offset)
      : getScalar(this.kind, data, at + this.offset);
  }
}

/** Fields at places: what structures, unions and bit-fields all are. */
export class StructCodec<T> extends Codec<T> implements Struct<T> {
  readonly #places: readonly Place[];
  readonly #byName: ReadonlyMap<string, Place>;
  readonly #shared: boolean;
  readonly #View: new (data: DataView, at: number) => LiveStruct;

  /** `shared` tells that some fields lie on the same bytes. */
  constructor(
    size: number,
    align: number,
    places: readonly Place[],
    shared: boolean,
  ) {
    super(size, align);
    this.#places = places;
    this.#byName = new Map(places.map((place) => [place.name, place]));
    this.#shared = shared;
    this.#View = viewClass(places);
  }

  decode(data: DataView, at: number): T {
    const value: Record<string, unknown> = {};
    const places = this.#places;
    const count = places.length;
    let index = 0;
    let place: Place;
    // An engine remembers for each line of code which property it adds to which
    // objects. With lines of their own, the first fields take half the time.
    while (index < count) {
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
      if (index === count) break;
      place = places[index++] as Place;
      value[place.name] = place.decode(data, at);
    }
    return value as T;
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TypeError(
        `${label(name)} must be an object with the structure's fields, ` +
          `but it is ${describe(value)}.`,
      );
    }
    if (this.#shared) this.#encodeShared(data, at, value, name);
    else this.#encodeApart(data, at, value, name);
  }

  /** Writes members that have their bytes for themselves. */
  #encodeApart(data: DataView, at: number, value: object, name: string): void {
    const places = this.#places;
    let next = 0;
    for (const key in value) {
      // Values mostly have their members in the order of the fields.
      let place = places[next++];
      if (place === undefined || place.name !== key) {
        place = this.#placeOf(key, name);
      }
      const member = (value as Record<string, unknown>)[key];
      if (putScalar(place.kind, data, at + place.offset, member)) continue;
      if (member === undefined) continue;
      place.codec.encode(data, at + place.offset, member, join(name, key));
    }
  }

  /** Writes members that must agree on the bytes that they share. */
  #encodeShared(data: DataView, at: number, value: object, name: string): void {
    const written: [place: Place, value: unknown][] = [];
    for (const key in value) {
      const member = (value as Record<string, unknown>)[key];
      const place = this.#placeOf(key, name);
      if (member === undefined) continue;
      const { codec, offset } = place;
      codec.encode(data, at + offset, member, join(name, key));
      written.push([place, codec.decode(data, at + offset)]);
    }
    for (const [{ name: key, codec, offset }, before] of written) {
      if (same(codec.decode(data, at + offset), before)) continue;
      throw new TypeError(
        `${label(join(name, key))} shares its bytes with another field that ` +
          "was given a different value: leave one of them out.",
      );
    }
  }

  #placeOf(key: string, name: string): Place {
    const place = this.#byName.get(key);
    if (place !== undefined) return place;
    throw new TypeError(
      `${label(name)} has no field "${key}". Its fields are ` +
        `${[...this.#byName.keys()].join(", ")}.`,
    );
  }

  override live(data: DataView, at: number): unknown {
    return new this.#View(data, at);
  }

  override locate(path: readonly string[]): number | undefined {
    const [first = "", ...rest] = path;
    const place = this.#byName.get(first);
    if (place === undefined) return undefined;
    const inner = rest.length === 0 ? 0 : place.codec.locate(rest);
    return inner === undefined ? undefined : place.offset + inner;
  }

  view(buffer: ByteSource, offset = 0): View<T> {
    const data = dataViewOf(buffer, offset, this.size);
    return this.live(data, offset) as View<T>;
  }

  offsetOf(path: FieldPath<T>): number {
    const offset = this.locate(String(path).split("."));
    if (offset === undefined) {
      throw new RangeError(
        `There is no field ${describe(path)}. The fields are ` +
          `${[...this.#byName.keys()].join(", ")}.`,
      );
    }
    return offset;
  }
}

/** Refuses names that could not be fields, or that objects would reorder. */
export function checkFieldName(name: string): void {
  const isIdentifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name);
  // Assigning to "__proto__" would change the value's prototype.
  if (!isIdentifier || name === "__proto__") {
    throw new TypeError(
      `${describe(name)} cannot name a field: a name is an identifier, ` +
        "such as dwSize.",
    );
  }
}

/** A structure where it lies. */
class LiveStruct {
  readonly #data: DataView;
  readonly #at: number;

  constructor(data: DataView, at: number) {
    this.#data = data;
    this.#at = at;
  }

  static get(view: LiveStruct, place: Place): unknown {
    if (place.kind !== 0) return place.decode(view.#data, view.#at);
    return place.codec.live(view.#data, view.#at + place.offset);
  }

  static set(view: LiveStruct, place: Place, value: unknown): void {
    const at = view.#at + place.offset;
    if (putScalar(place.kind, view.#data, at, value)) return;
    place.codec.assign(view.#data, at, value, place.name);
  }
}

/** One class for each structure, so that making a view defines no properties. */
function viewClass(places: readonly Place[]): typeof LiveStruct {
  const View = class extends LiveStruct {};
  for (const place of places) {
    Object.defineProperty(View.prototype, place.name, {
      enumerable: true,
      get(this: LiveStruct) {
        return LiveStruct.get(this, place);
      },
      set(this: LiveStruct, value: unknown) {
        LiveStruct.set(this, place, value);
      },
    });
  }
  return View;
}

function join(name: string, key: string): string {
  return name === "" ? key : `${name}.${key}`;
}

/** Tells whether two decoded values are alike, part by part. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object") return Object.is(a, b);
  const one = a as Record<string, unknown>;
  const other = b as Record<string, unknown>;
  return Object.keys(one).every((key) => same(one[key], other[key]));
}
