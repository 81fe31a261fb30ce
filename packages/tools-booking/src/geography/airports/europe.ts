/**
 * `= country zone name` opens a country; then one airport a line: `IATA[/city] latitude longitude rank City[ [region]][ @zone][ | airport]`.
 * Rank 9 is among the busiest of the world, 1 is local. Facts only; where city is absent it is the airport's own code.
 */
export const europe = `
= GB Europe/London United Kingdom
LHR/LON 51.471 -0.454 9 London | Heathrow
LGW/LON 51.148 -0.190 8 London | Gatwick
STN/LON 51.885 0.235 7 London | Stansted
LTN/LON 51.875 -0.368 6 London | Luton
LCY/LON 51.505 0.055 4 London | City
SEN/LON 51.571 0.696 1 London | Southend
MAN 53.354 -2.275 7 Manchester
BHX 52.454 -1.748 5 Birmingham
EDI 55.950 -3.373 6 Edinburgh
GLA 55.872 -4.433 5 Glasgow
BRS 51.383 -2.719 5 Bristol
BFS 54.658 -6.216 4 Belfast
NCL 55.038 -1.692 4 Newcastle
LPL 53.334 -2.850 4 Liverpool
LBA 53.866 -1.661 3 Leeds
EMA 52.831 -1.328 3 Nottingham | East Midlands
ABZ 57.202 -2.198 3 Aberdeen
INV 57.543 -4.048 2 Inverness
CWL 51.397 -3.343 2 Cardiff
SOU 50.950 -1.357 2 Southampton
EXT 50.734 -3.414 1 Exeter
NWI 52.676 1.283 1 Norwich
= GG Europe/Guernsey Guernsey
GCI 49.435 -2.602 1 Guernsey
= JE Europe/Jersey Jersey
JER 49.208 -2.195 2 Jersey
= IM Europe/Isle_of_Man Isle of Man
IOM 54.083 -4.624 1 Isle of Man
= IE Europe/Dublin Ireland
DUB 53.421 -6.270 7 Dublin
ORK 51.841 -8.491 3 Cork
SNN 52.702 -8.925 2 Shannon
NOC 53.910 -8.818 1 Knock
= FR Europe/Paris France
CDG/PAR 49.010 2.548 9 Paris | Charles de Gaulle
ORY/PAR 48.723 2.379 7 Paris | Orly
BVA/PAR 49.454 2.113 4 Paris | Beauvais
NCE 43.658 7.216 6 Nice
LYS 45.726 5.081 5 Lyon
MRS 43.436 5.215 5 Marseille
TLS 43.629 1.364 5 Toulouse
BOD 44.828 -0.716 4 Bordeaux
NTE 47.153 -1.611 4 Nantes
BSL 47.590 7.529 4 Basel | Mulhouse
LIL 50.563 3.087 2 Lille
SXB 48.538 7.628 2 Strasbourg
MPL 43.576 3.963 2 Montpellier
BIQ 43.468 -1.523 2 Biarritz
AJA 41.924 8.803 2 Ajaccio
BIA 42.553 9.484 2 Bastia
BES 48.448 -4.418 1 Brest
RNS 48.072 -1.735 1 Rennes
= MC Europe/Monaco Monaco
MCM 43.726 7.419 1 Monaco | Heliport
= ES Europe/Madrid Spain
MAD 40.472 -3.561 9 Madrid
BCN 41.297 2.078 8 Barcelona
PMI 39.552 2.739 7 Palma de Mallorca
AGP 36.675 -4.499 6 Malaga
ALC 38.282 -0.558 5 Alicante
VLC 39.489 -0.482 5 Valencia
SVQ 37.418 -5.893 5 Seville
BIO 43.301 -2.911 4 Bilbao
IBZ 38.873 1.373 5 Ibiza
MAH 39.863 4.219 3 Menorca
SCQ 42.896 -8.415 3 Santiago de Compostela
GRX 37.189 -3.777 2 Granada
ZAZ 41.666 -1.042 1 Zaragoza
OVD 43.564 -6.035 2 Oviedo | Asturias
VGO 42.232 -8.627 2 Vigo
LCG 43.302 -8.377 2 A Coruna
SDR 43.427 -3.820 2 Santander
GRO 41.901 2.761 2 Girona
REU 41.147 1.167 2 Reus
XRY 36.745 -6.060 2 Jerez
LEI 36.844 -2.370 2 Almeria
ODB 37.842 -4.849 1 Cordoba
RMU 37.803 -1.125 1 Murcia
EAS 43.357 -1.791 1 San Sebastian
TFS/TCI 28.045 -16.573 5 Tenerife @Atlantic/Canary | South
TFN/TCI 28.483 -16.342 4 Tenerife @Atlantic/Canary | North
LPA 27.932 -15.387 5 Las Palmas @Atlantic/Canary | Gran Canaria
ACE 28.946 -13.605 4 Lanzarote @Atlantic/Canary
FUE 28.453 -13.864 4 Fuerteventura @Atlantic/Canary
SPC 28.626 -17.756 2 La Palma @Atlantic/Canary
= PT Europe/Lisbon Portugal
LIS 38.774 -9.134 7 Lisbon
OPO 41.248 -8.681 5 Porto
FAO 37.014 -7.966 5 Faro
FNC 32.698 -16.774 3 Funchal @Atlantic/Madeira | Madeira
PDL 37.741 -25.698 2 Ponta Delgada @Atlantic/Azores
TER 38.762 -27.091 1 Terceira @Atlantic/Azores
= GI Europe/Gibraltar Gibraltar
GIB 36.151 -5.350 1 Gibraltar
= DE Europe/Berlin Germany
FRA 50.033 8.571 9 Frankfurt
MUC 48.354 11.786 8 Munich
BER 52.366 13.503 6 Berlin | Brandenburg
DUS 51.289 6.767 5 Dusseldorf
HAM 53.630 9.988 5 Hamburg
CGN 50.866 7.143 4 Cologne | Bonn
STR 48.690 9.222 4 Stuttgart
HAJ 52.461 9.685 3 Hanover
NUE 49.499 11.078 3 Nuremberg
LEJ 51.424 12.236 2 Leipzig
DRS 51.133 13.767 2 Dresden
BRE 53.048 8.787 2 Bremen
HHN 49.950 7.264 2 Frankfurt-Hahn
FMM 47.989 10.240 2 Memmingen
DTM 51.518 7.612 2 Dortmund
FKB 48.779 8.081 1 Karlsruhe
FMO 52.135 7.685 1 Munster
FDH 47.671 9.512 1 Friedrichshafen
= NL Europe/Amsterdam Netherlands
AMS 52.309 4.764 9 Amsterdam | Schiphol
EIN 51.450 5.375 4 Eindhoven
RTM 51.957 4.437 2 Rotterdam
= BE Europe/Brussels Belgium
BRU 50.901 4.484 6 Brussels | Zaventem
CRL/BRU 50.460 4.453 4 Brussels | Charleroi
= LU Europe/Luxembourg Luxembourg
LUX 49.627 6.211 3 Luxembourg
= CH Europe/Zurich Switzerland
ZRH 47.465 8.549 7 Zurich
GVA 46.238 6.109 5 Geneva
LUG 46.004 8.911 1 Lugano
= AT Europe/Vienna Austria
VIE 48.110 16.570 7 Vienna
SZG 47.793 13.004 3 Salzburg
INN 47.260 11.344 3 Innsbruck
GRZ 46.991 15.439 2 Graz
LNZ 48.233 14.188 1 Linz
= IT Europe/Rome Italy
FCO/ROM 41.804 12.251 8 Rome | Fiumicino
CIA/ROM 41.799 12.595 4 Rome | Ciampino
MXP/MIL 45.631 8.728 7 Milan | Malpensa
LIN/MIL 45.445 9.277 5 Milan | Linate
BGY/MIL 45.674 9.704 5 Milan | Bergamo
VCE 45.505 12.352 5 Venice | Marco Polo
TSF/VCE 45.648 12.194 3 Venice | Treviso
NAP 40.886 14.291 5 Naples
BLQ 44.535 11.289 4 Bologna
FLR 43.810 11.205 3 Florence
PSA 43.684 10.393 4 Pisa
TRN 45.201 7.650 3 Turin
VRN 45.396 10.888 3 Verona
GOA 44.413 8.838 2 Genoa
BRI 41.139 16.761 4 Bari
BDS 40.658 17.947 3 Brindisi
CTA 37.467 15.066 5 Catania
PMO 38.176 13.091 4 Palermo
CAG 39.251 9.054 4 Cagliari
OLB 40.899 9.518 3 Olbia
AHO 40.632 8.291 2 Alghero
SUF 38.905 16.242 2 Lamezia Terme
TRS 45.827 13.472 1 Trieste
AOI 43.616 13.362 1 Ancona
RMI 44.020 12.612 1 Rimini
= MT Europe/Malta Malta
MLA 35.857 14.477 4 Malta
= DK Europe/Copenhagen Denmark
CPH 55.618 12.656 7 Copenhagen
BLL 55.740 9.152 3 Billund
AAL 57.093 9.849 2 Aalborg
AAR 56.300 10.619 1 Aarhus
= FO Atlantic/Faroe Faroe Islands
FAE 62.064 -7.277 1 Vagar
= SE Europe/Stockholm Sweden
ARN/STO 59.652 17.919 6 Stockholm | Arlanda
BMA/STO 59.354 17.942 2 Stockholm | Bromma
NYO/STO 58.789 16.912 1 Stockholm | Skavsta
GOT 57.663 12.280 4 Gothenburg
MMX 55.536 13.376 2 Malmo
LLA 65.544 22.122 2 Lulea
UME 63.792 20.283 1 Umea
= NO Europe/Oslo Norway
OSL 60.194 11.100 6 Oslo | Gardermoen
TRF/OSL 59.187 10.259 2 Oslo | Torp
BGO 60.293 5.218 4 Bergen
TRD 63.458 10.924 3 Trondheim
SVG 58.877 5.638 3 Stavanger
TOS 69.683 18.919 3 Tromso
BOO 67.269 14.365 2 Bodo
KRS 58.204 8.085 1 Kristiansand
= SJ Arctic/Longyearbyen Svalbard
LYR 78.246 15.466 1 Longyearbyen
= FI Europe/Helsinki Finland
HEL 60.317 24.963 6 Helsinki
OUL 64.930 25.355 2 Oulu
RVN 66.565 25.830 2 Rovaniemi
TMP 61.414 23.604 1 Tampere
TKU 60.514 22.263 1 Turku
KTT 67.701 24.847 1 Kittila
= IS Atlantic/Reykjavik Iceland
KEF/REK 63.985 -22.606 5 Reykjavik | Keflavik
RKV/REK 64.130 -21.941 1 Reykjavik | City
AEY 65.660 -18.073 1 Akureyri
= EE Europe/Tallinn Estonia
TLL 59.413 24.833 3 Tallinn
= LV Europe/Riga Latvia
RIX 56.924 23.971 4 Riga
= LT Europe/Vilnius Lithuania
VNO 54.637 25.288 3 Vilnius
KUN 54.964 24.085 2 Kaunas
= PL Europe/Warsaw Poland
WAW 52.166 20.967 6 Warsaw | Chopin
WMI/WAW 52.451 20.652 3 Warsaw | Modlin
KRK 50.078 19.785 5 Krakow
GDN 54.378 18.466 4 Gdansk
WRO 51.103 16.886 4 Wroclaw
KTW 50.474 19.080 4 Katowice
POZ 52.421 16.826 3 Poznan
RZE 50.110 22.019 2 Rzeszow
= CZ Europe/Prague Czechia
PRG 50.101 14.260 5 Prague
BRQ 49.151 16.694 1 Brno
= SK Europe/Bratislava Slovakia
BTS 48.170 17.213 3 Bratislava
KSC 48.663 21.241 1 Kosice
= HU Europe/Budapest Hungary
BUD 47.437 19.256 6 Budapest
DEB 47.489 21.615 1 Debrecen
= SI Europe/Ljubljana Slovenia
LJU 46.224 14.458 2 Ljubljana
= HR Europe/Zagreb Croatia
ZAG 45.743 16.069 3 Zagreb
SPU 43.539 16.298 4 Split
DBV 42.561 18.268 3 Dubrovnik
ZAD 44.108 15.347 2 Zadar
PUY 44.894 13.922 2 Pula
= BA Europe/Sarajevo Bosnia and Herzegovina
SJJ 43.825 18.331 2 Sarajevo
= ME Europe/Podgorica Montenegro
TGD 42.359 19.252 2 Podgorica
TIV 42.405 18.723 2 Tivat
= RS Europe/Belgrade Serbia
BEG 44.818 20.309 4 Belgrade
INI 43.337 21.854 1 Nis
= XK Europe/Belgrade Kosovo
PRN 42.573 21.036 3 Pristina
= MK Europe/Skopje North Macedonia
SKP 41.962 21.621 2 Skopje
OHD 41.180 20.742 1 Ohrid
= AL Europe/Tirane Albania
TIA 41.415 19.721 4 Tirana
= GR Europe/Athens Greece
ATH 37.936 23.944 7 Athens
SKG 40.520 22.971 4 Thessaloniki
HER 35.340 25.180 5 Heraklion
CHQ 35.532 24.150 3 Chania
RHO 36.405 28.086 4 Rhodes
CFU 39.602 19.912 4 Corfu
KGS 36.793 27.092 3 Kos
JTR 36.399 25.479 3 Santorini
JMK 37.435 25.348 3 Mykonos
ZTH 37.751 20.884 2 Zakynthos
EFL 38.120 20.501 1 Kefalonia
= CY Asia/Nicosia Cyprus
LCA 34.875 33.625 5 Larnaca
PFO 34.718 32.486 3 Paphos
= RO Europe/Bucharest Romania
OTP/BUH 44.571 26.085 6 Bucharest | Otopeni
CLJ 46.785 23.686 3 Cluj-Napoca
TSR 45.810 21.338 2 Timisoara
IAS 47.179 27.621 2 Iasi
SBZ 45.786 24.091 1 Sibiu
= BG Europe/Sofia Bulgaria
SOF 42.697 23.411 4 Sofia
VAR 43.232 27.825 2 Varna
BOJ 42.570 27.515 2 Burgas
= MD Europe/Chisinau Moldova
RMO/KIV 46.928 28.931 2 Chisinau
= UA Europe/Kyiv Ukraine
KBP/IEV 50.345 30.895 3 Kyiv | Boryspil
LWO 49.813 23.956 1 Lviv
ODS 46.427 30.677 1 Odesa
= BY Europe/Minsk Belarus
MSQ 53.882 28.031 3 Minsk
= RU Europe/Moscow Russia
SVO/MOW 55.973 37.415 7 Moscow | Sheremetyevo
DME/MOW 55.409 37.906 6 Moscow | Domodedovo
VKO/MOW 55.592 37.262 5 Moscow | Vnukovo
LED 59.800 30.263 5 Saint Petersburg
AER 43.450 39.957 4 Sochi
KZN 55.606 49.279 3 Kazan
SVX 56.743 60.803 3 Yekaterinburg @Asia/Yekaterinburg
OVB 55.013 82.651 3 Novosibirsk @Asia/Novosibirsk
KGD 54.890 20.593 2 Kaliningrad @Europe/Kaliningrad
IKT 52.268 104.389 2 Irkutsk @Asia/Irkutsk
VVO 43.399 132.148 2 Vladivostok @Asia/Vladivostok
= TR Europe/Istanbul Turkey
IST 41.261 28.742 9 Istanbul | International
SAW/IST 40.899 29.309 7 Istanbul | Sabiha Gokcen
AYT 36.899 30.801 7 Antalya
ADB 38.292 27.157 5 Izmir
ESB 40.128 32.995 5 Ankara
DLM 36.713 28.793 4 Dalaman
BJV 37.251 27.664 3 Bodrum
ASR 38.770 35.495 2 Kayseri
TZX 40.995 39.790 2 Trabzon
GZT 36.947 37.479 1 Gaziantep
= GE Asia/Tbilisi Georgia
TBS 41.669 44.955 3 Tbilisi
BUS 41.610 41.600 2 Batumi
KUT 42.177 42.483 1 Kutaisi
= AM Asia/Yerevan Armenia
EVN 40.147 44.396 3 Yerevan
= AZ Asia/Baku Azerbaijan
GYD/BAK 40.467 50.047 4 Baku
`;
