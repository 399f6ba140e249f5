import type { Position } from './graph.ts';

/** The mean radius of the earth (IUGG), in km. */
const EARTH_KM = 6371.0088;
/** Of light in vacuum, in km per ms. */
const LIGHT_KM_PER_MS = 299.792458;
/** Group index of single-mode fibre (ITU-T G.652) at 1550 nm, as its makers give it. */
const FIBRE_INDEX = 1.468;

/** How long light takes through a fibre along the great circle between two points: ms, one way, to the microsecond. */
export function fibreDelay(from: Position, to: Position): number {
  const ms = greatCircle(from, to) / (LIGHT_KM_PER_MS / FIBRE_INDEX);
  return Math.round(ms * 1000) / 1000;
}

/** In km, by the haversine formula: exact enough for points that are near each other as well. */
function greatCircle(from: Position, to: Position): number {
  const [lower, upper] = [radians(from.latitude), radians(to.latitude)];
  const across = Math.sin((upper - lower) / 2) ** 2;
  const along = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  const haversine = across + Math.cos(lower) * Math.cos(upper) * along;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, haversine)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
