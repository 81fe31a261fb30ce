const earthRadiusKm = 6371.0088;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

export interface Coordinates {
  latitude: number;
  longitude: number;
}

/** Great circle, in kilometres. */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const dLatitude = radians(b.latitude - a.latitude);
  const dLongitude = radians(b.longitude - a.longitude);
  const h = Math.sin(dLatitude / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(dLongitude / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The place `km` away from `from` in the direction `bearing` (degrees, 0 is north). */
export function displaced(from: Coordinates, km: number, bearing: number): Coordinates {
  const latitude = from.latitude + (km * Math.cos(radians(bearing))) / 111.195;
  const longitude = from.longitude + (km * Math.sin(radians(bearing))) / (111.195 * Math.max(0.05, Math.cos(radians(from.latitude))));
  return { latitude, longitude };
}
