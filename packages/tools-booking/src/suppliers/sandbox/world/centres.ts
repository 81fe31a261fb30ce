import { airportsOfCity, type Coordinates } from "../../../geography/index.ts";

/** Where the middle of a city is, for the larger ones; elsewhere its main airport stands in. */
const centres = `
LON 51.507 -0.128
PAR 48.857 2.352
NYC 40.758 -73.985
TYO 35.681 139.767
OSA 34.694 135.502
MIL 45.464 9.190
ROM 41.903 12.496
CHI 41.882 -87.628
WAS 38.903 -77.037
BUE -34.604 -58.382
SAO -23.551 -46.634
RIO -22.970 -43.190
MOW 55.755 37.617
STO 59.329 18.069
OSL 59.913 10.752
SEL 37.566 126.978
BJS 39.908 116.397
SHA 31.230 121.474
YTO 43.653 -79.383
YMQ 45.502 -73.567
BER 52.520 13.405
BCN 41.387 2.170
MAD 40.417 -3.703
LIS 38.711 -9.139
OPO 41.149 -8.611
FRA 50.111 8.682
MUC 48.137 11.575
HAM 53.551 9.993
VIE 48.208 16.373
ZRH 47.377 8.541
GVA 46.204 6.143
AMS 52.370 4.895
BRU 50.847 4.357
CPH 55.676 12.568
HEL 60.170 24.941
DUB 53.344 -6.267
EDI 55.953 -3.188
MAN 53.479 -2.245
PRG 50.087 14.421
BUD 47.498 19.040
WAW 52.230 21.012
KRK 50.062 19.937
ATH 37.984 23.728
IST 41.008 28.978
VCE 45.438 12.336
FLR 43.770 11.256
NAP 40.852 14.268
NCE 43.703 7.266
LYS 45.764 4.836
VLC 39.470 -0.377
SVQ 37.389 -5.984
AGP 36.721 -4.421
PMI 39.570 2.650
REK 64.147 -21.943
DXB 25.197 55.274
AUH 24.467 54.367
DOH 25.286 51.533
CAI 30.044 31.236
RAK 31.629 -7.981
CPT -33.925 18.424
JNB -26.204 28.047
NBO -1.286 36.817
TLV 32.080 34.780
SIN 1.290 103.852
BKK 13.756 100.502
HKG 22.280 114.158
KUL 3.148 101.695
DPS -8.719 115.169
SGN 10.776 106.701
HAN 21.029 105.854
MNL 14.590 120.981
TPE 25.034 121.565
DEL 28.614 77.209
BOM 18.940 72.835
SYD -33.869 151.209
MEL -37.814 144.963
AKL -36.848 174.763
LAX 34.052 -118.244
SFO 37.775 -122.419
LAS 36.115 -115.173
MIA 25.790 -80.130
ORL 28.538 -81.379
BOS 42.360 -71.059
SEA 47.606 -122.332
ATL 33.749 -84.388
YVR 49.283 -123.121
MEX 19.433 -99.133
CUN 21.135 -86.747
BOG 4.598 -74.076
LIM -12.121 -77.030
SCL -33.438 -70.650
HAV 23.136 -82.359
`;

let known: Map<string, Coordinates> | undefined;

/** Undefined for a code that is no city. */
export function cityCentre(city: string): Coordinates | undefined {
  if (!known) {
    known = new Map();
    for (const line of centres.trim().split("\n")) {
      const [code, latitude, longitude] = line.split(" ");
      known.set(code!, { latitude: Number(latitude), longitude: Number(longitude) });
    }
  }
  const main = airportsOfCity(city)[0];
  return known.get(city) ?? (main && { latitude: main.latitude, longitude: main.longitude });
}
