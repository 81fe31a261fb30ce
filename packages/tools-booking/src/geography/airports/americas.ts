/** Lines as in `europe.ts`. */
export const americas = `
= US America/New_York United States
ATL 33.637 -84.428 9 Atlanta [Georgia]
JFK/NYC 40.640 -73.779 9 New York [New York] | JFK
EWR/NYC 40.693 -74.169 8 New York [New York] | Newark
LGA/NYC 40.777 -73.873 7 New York [New York] | LaGuardia
BOS 42.364 -71.005 7 Boston [Massachusetts]
PHL 39.872 -75.241 6 Philadelphia [Pennsylvania]
IAD/WAS 38.944 -77.456 6 Washington [District of Columbia] | Dulles
DCA/WAS 38.852 -77.038 6 Washington [District of Columbia] | Reagan National
BWI 39.175 -76.668 6 Baltimore [Maryland]
MIA 25.793 -80.291 8 Miami [Florida]
FLL 26.073 -80.153 6 Fort Lauderdale [Florida]
MCO/ORL 28.429 -81.309 7 Orlando [Florida]
TPA 27.976 -82.533 5 Tampa [Florida]
PBI 26.683 -80.096 3 West Palm Beach [Florida]
RSW 26.536 -81.755 3 Fort Myers [Florida]
JAX 30.494 -81.688 3 Jacksonville [Florida]
MLB 28.103 -80.645 1 Melbourne [Florida]
PNS 30.473 -87.187 2 Pensacola [Florida] @America/Chicago
EYW 24.556 -81.760 2 Key West [Florida]
CLT 35.214 -80.943 8 Charlotte [North Carolina]
RDU 35.878 -78.787 4 Raleigh [North Carolina]
CHS 32.899 -80.041 3 Charleston [South Carolina]
SAV 32.128 -81.202 2 Savannah [Georgia]
RIC 37.505 -77.320 2 Richmond [Virginia]
ORF 36.895 -76.201 2 Norfolk [Virginia]
DTW/DTT 42.212 -83.353 6 Detroit [Michigan]
GRR 42.881 -85.523 2 Grand Rapids [Michigan]
CLE 41.412 -81.850 4 Cleveland [Ohio]
CMH 39.998 -82.892 3 Columbus [Ohio]
CVG 39.049 -84.668 4 Cincinnati [Ohio]
PIT 40.491 -80.233 4 Pittsburgh [Pennsylvania]
IND 39.717 -86.294 4 Indianapolis [Indiana] @America/Indiana/Indianapolis
SDF 38.174 -85.736 2 Louisville [Kentucky] @America/Kentucky/Louisville
BUF 42.941 -78.732 3 Buffalo [New York]
ROC 43.119 -77.672 2 Rochester [New York]
SYR 43.111 -76.106 2 Syracuse [New York]
ALB 42.748 -73.803 2 Albany [New York]
BDL 41.939 -72.683 3 Hartford [Connecticut]
PVD 41.724 -71.428 2 Providence [Rhode Island]
MHT 42.933 -71.436 1 Manchester [New Hampshire]
PWM 43.646 -70.309 2 Portland [Maine]
BTV 44.472 -73.153 1 Burlington [Vermont]
ORD/CHI 41.979 -87.905 9 Chicago [Illinois] @America/Chicago | O'Hare
MDW/CHI 41.786 -87.752 5 Chicago [Illinois] @America/Chicago | Midway
DFW 32.897 -97.038 9 Dallas [Texas] @America/Chicago | Fort Worth
DAL/DFW 32.847 -96.852 5 Dallas [Texas] @America/Chicago | Love Field
IAH/HOU 29.984 -95.341 7 Houston [Texas] @America/Chicago | Intercontinental
HOU 29.645 -95.279 5 Houston [Texas] @America/Chicago | Hobby
AUS 30.195 -97.670 5 Austin [Texas] @America/Chicago
SAT 29.534 -98.470 4 San Antonio [Texas] @America/Chicago
ELP 31.807 -106.378 2 El Paso [Texas] @America/Denver
MSP 44.882 -93.222 7 Minneapolis [Minnesota] @America/Chicago
STL 38.749 -90.370 5 St. Louis [Missouri] @America/Chicago
MCI 39.298 -94.714 4 Kansas City [Missouri] @America/Chicago
MKE 42.947 -87.897 3 Milwaukee [Wisconsin] @America/Chicago
MSN 43.140 -89.338 1 Madison [Wisconsin] @America/Chicago
OMA 41.303 -95.894 2 Omaha [Nebraska] @America/Chicago
DSM 41.534 -93.663 2 Des Moines [Iowa] @America/Chicago
OKC 35.393 -97.601 2 Oklahoma City [Oklahoma] @America/Chicago
TUL 36.198 -95.888 2 Tulsa [Oklahoma] @America/Chicago
MEM 35.042 -89.977 3 Memphis [Tennessee] @America/Chicago
BNA 36.124 -86.678 6 Nashville [Tennessee] @America/Chicago
MSY 29.993 -90.258 5 New Orleans [Louisiana] @America/Chicago
BHM 33.563 -86.753 2 Birmingham [Alabama] @America/Chicago
LIT 34.729 -92.224 2 Little Rock [Arkansas] @America/Chicago
ICT 37.650 -97.433 1 Wichita [Kansas] @America/Chicago
AEX 31.327 -92.549 1 Alexandria [Louisiana] @America/Chicago
DEN 39.862 -104.673 9 Denver [Colorado] @America/Denver
COS 38.806 -104.701 2 Colorado Springs [Colorado] @America/Denver
ASE 39.223 -106.869 1 Aspen [Colorado] @America/Denver
SLC 40.788 -111.978 7 Salt Lake City [Utah] @America/Denver
ABQ 35.040 -106.609 3 Albuquerque [New Mexico] @America/Denver
BOI 43.564 -116.223 3 Boise [Idaho] @America/Boise
BZN 45.777 -111.153 2 Bozeman [Montana] @America/Denver
JAC 43.607 -110.738 1 Jackson [Wyoming] @America/Denver
PHX 33.434 -112.012 7 Phoenix [Arizona] @America/Phoenix
TUS 32.116 -110.941 3 Tucson [Arizona] @America/Phoenix
LAX 33.943 -118.408 9 Los Angeles [California] @America/Los_Angeles
SFO 37.619 -122.375 8 San Francisco [California] @America/Los_Angeles
SAN 32.734 -117.190 6 San Diego [California] @America/Los_Angeles
SJC 37.363 -121.929 5 San Jose [California] @America/Los_Angeles
OAK 37.721 -122.221 5 Oakland [California] @America/Los_Angeles
SMF 38.695 -121.591 4 Sacramento [California] @America/Los_Angeles
SNA 33.676 -117.868 4 Santa Ana [California] @America/Los_Angeles | Orange County
BUR 34.201 -118.359 3 Burbank [California] @America/Los_Angeles
ONT 34.056 -117.601 3 Ontario [California] @America/Los_Angeles
LGB 33.818 -118.152 2 Long Beach [California] @America/Los_Angeles
PSP 33.830 -116.507 2 Palm Springs [California] @America/Los_Angeles
FAT 36.776 -119.718 1 Fresno [California] @America/Los_Angeles
LAS 36.080 -115.152 8 Las Vegas [Nevada] @America/Los_Angeles
RNO 39.499 -119.768 3 Reno [Nevada] @America/Los_Angeles
SEA 47.449 -122.309 8 Seattle [Washington] @America/Los_Angeles
GEG 47.620 -117.534 2 Spokane [Washington] @America/Los_Angeles
PDX 45.589 -122.597 6 Portland [Oregon] @America/Los_Angeles
ANC 61.174 -149.996 4 Anchorage [Alaska] @America/Anchorage
FAI 64.815 -147.856 1 Fairbanks [Alaska] @America/Anchorage
JNU 58.355 -134.576 1 Juneau [Alaska] @America/Juneau
HNL 21.321 -157.924 7 Honolulu [Hawaii] @Pacific/Honolulu
OGG 20.899 -156.431 4 Kahului [Hawaii] @Pacific/Honolulu | Maui
KOA 19.739 -156.046 3 Kona [Hawaii] @Pacific/Honolulu
LIH 21.976 -159.339 2 Lihue [Hawaii] @Pacific/Honolulu | Kauai
= PR America/Puerto_Rico Puerto Rico
SJU 18.439 -66.002 5 San Juan
= CA America/Toronto Canada
YYZ/YTO 43.677 -79.631 8 Toronto [Ontario] | Pearson
YTZ/YTO 43.627 -79.396 3 Toronto [Ontario] | Billy Bishop
YHM 43.174 -79.935 1 Hamilton [Ontario]
YOW 45.323 -75.669 4 Ottawa [Ontario]
YXU 43.036 -81.154 1 London [Ontario]
YUL/YMQ 45.470 -73.741 6 Montreal [Quebec] | Trudeau
YQB 46.791 -71.393 2 Quebec City [Quebec]
YHZ 44.881 -63.509 3 Halifax [Nova Scotia] @America/Halifax
YQY 46.161 -60.048 1 Sydney [Nova Scotia] @America/Glace_Bay
YYT 47.619 -52.752 2 St. John's [Newfoundland] @America/St_Johns
YQM 46.112 -64.679 1 Moncton [New Brunswick] @America/Moncton
YWG 49.910 -97.240 3 Winnipeg [Manitoba] @America/Winnipeg
YQR 50.432 -104.666 1 Regina [Saskatchewan] @America/Regina
YXE 52.171 -106.700 1 Saskatoon [Saskatchewan] @America/Regina
YYC 51.113 -114.020 6 Calgary [Alberta] @America/Edmonton
YEG/YEA 53.310 -113.580 4 Edmonton [Alberta] @America/Edmonton
YVR 49.194 -123.184 6 Vancouver [British Columbia] @America/Vancouver
YYJ 48.647 -123.426 2 Victoria [British Columbia] @America/Vancouver
YLW 49.956 -119.378 2 Kelowna [British Columbia] @America/Vancouver
= MX America/Mexico_City Mexico
MEX 19.436 -99.072 8 Mexico City | International
NLU/MEX 19.757 -99.015 3 Mexico City | Felipe Angeles
CUN 21.037 -86.877 7 Cancun @America/Cancun
GDL 20.522 -103.311 5 Guadalajara
MTY 25.778 -100.107 5 Monterrey @America/Monterrey
TIJ 32.541 -116.970 5 Tijuana @America/Tijuana
SJD 23.152 -109.721 4 San Jose del Cabo @America/Mazatlan | Los Cabos
PVR 20.680 -105.254 4 Puerto Vallarta
MID 20.937 -89.658 3 Merida @America/Merida
BJX 20.993 -101.481 2 Leon [Guanajuato]
QRO 20.617 -100.186 2 Queretaro
OAX 17.000 -96.727 2 Oaxaca
HMO 29.096 -111.048 2 Hermosillo @America/Hermosillo
CZM 20.522 -86.926 1 Cozumel @America/Cancun
ACA 16.757 -99.754 1 Acapulco
= GT America/Guatemala Guatemala
GUA 14.583 -90.527 3 Guatemala City
= BZ America/Belize Belize
BZE 17.539 -88.308 1 Belize City
= SV America/El_Salvador El Salvador
SAL 13.441 -89.056 3 San Salvador
= HN America/Tegucigalpa Honduras
SAP 15.453 -87.924 2 San Pedro Sula
XPL/TGU 14.382 -87.621 1 Tegucigalpa
RTB 16.317 -86.523 1 Roatan
= NI America/Managua Nicaragua
MGA 12.141 -86.168 2 Managua
= CR America/Costa_Rica Costa Rica
SJO 9.994 -84.209 4 San Jose
LIR 10.593 -85.544 3 Liberia
= PA America/Panama Panama
PTY 9.071 -79.383 6 Panama City
= CU America/Havana Cuba
HAV 22.989 -82.409 3 Havana
VRA 23.034 -81.435 2 Varadero
= JM America/Jamaica Jamaica
MBJ 18.504 -77.913 3 Montego Bay
KIN 17.936 -76.788 2 Kingston
= BS America/Nassau Bahamas
NAS 25.039 -77.466 3 Nassau
= DO America/Santo_Domingo Dominican Republic
PUJ 18.567 -68.363 5 Punta Cana
SDQ 18.430 -69.669 4 Santo Domingo
STI 19.406 -70.605 2 Santiago de los Caballeros
POP 19.758 -70.570 2 Puerto Plata
= HT America/Port-au-Prince Haiti
PAP 18.580 -72.293 1 Port-au-Prince
= TC America/Grand_Turk Turks and Caicos Islands
PLS 21.774 -72.266 2 Providenciales
= KY America/Cayman Cayman Islands
GCM 19.293 -81.358 2 Grand Cayman
= VI America/St_Thomas U.S. Virgin Islands
STT 18.337 -64.973 2 St. Thomas
= SX America/Lower_Princes Sint Maarten
SXM 18.041 -63.109 2 Sint Maarten
= AG America/Antigua Antigua and Barbuda
ANU 17.137 -61.793 2 Antigua
= GP America/Guadeloupe Guadeloupe
PTP 16.265 -61.532 3 Pointe-a-Pitre
= MQ America/Martinique Martinique
FDF 14.591 -61.003 2 Fort-de-France
= LC America/St_Lucia Saint Lucia
UVF/SLU 13.733 -60.953 2 Saint Lucia | Hewanorra
= BB America/Barbados Barbados
BGI 13.075 -59.493 3 Bridgetown
= GD America/Grenada Grenada
GND 12.004 -61.786 1 Grenada
= TT America/Port_of_Spain Trinidad and Tobago
POS 10.595 -61.337 2 Port of Spain
= AW America/Aruba Aruba
AUA 12.501 -70.015 3 Aruba
= CW America/Curacao Curacao
CUR 12.189 -68.960 2 Curacao
= CO America/Bogota Colombia
BOG 4.702 -74.147 7 Bogota
MDE 6.165 -75.423 5 Medellin
CTG 10.442 -75.513 4 Cartagena
CLO 3.543 -76.382 4 Cali
BAQ 10.890 -74.781 3 Barranquilla
ADZ 12.584 -81.711 2 San Andres
PEI 4.813 -75.740 2 Pereira
SMR 11.120 -74.231 2 Santa Marta
= VE America/Caracas Venezuela
CCS 10.601 -66.991 3 Caracas
MAR 10.558 -71.728 1 Maracaibo
VLN 10.150 -67.928 1 Valencia
= GY America/Guyana Guyana
GEO 6.499 -58.254 1 Georgetown
= SR America/Paramaribo Suriname
PBM 5.453 -55.188 1 Paramaribo
= GF America/Cayenne French Guiana
CAY 4.820 -52.360 1 Cayenne
= EC America/Guayaquil Ecuador
UIO -0.129 -78.358 4 Quito
GYE -2.157 -79.884 4 Guayaquil
GPS -0.454 -90.266 1 Galapagos @Pacific/Galapagos | Baltra
= PE America/Lima Peru
LIM -12.022 -77.114 6 Lima
CUZ -13.536 -71.939 4 Cusco
AQP -16.341 -71.583 2 Arequipa
TRU -8.081 -79.109 1 Trujillo
= BO America/La_Paz Bolivia
VVI/SRZ -17.645 -63.135 3 Santa Cruz
LPB -16.513 -68.192 2 La Paz
CBB -17.421 -66.177 1 Cochabamba
= CL America/Santiago Chile
SCL -33.393 -70.786 6 Santiago
CCP -36.773 -73.063 2 Concepcion
ANF -23.444 -70.445 2 Antofagasta
PMC -41.439 -73.094 2 Puerto Montt
PUQ -53.003 -70.855 1 Punta Arenas @America/Punta_Arenas
IPC -27.165 -109.422 1 Easter Island @Pacific/Easter
CJC -22.498 -68.904 2 Calama
= AR America/Argentina/Buenos_Aires Argentina
EZE/BUE -34.822 -58.536 6 Buenos Aires | Ezeiza
AEP/BUE -34.559 -58.416 5 Buenos Aires | Aeroparque
COR -31.324 -64.208 3 Cordoba @America/Argentina/Cordoba
MDZ -32.832 -68.793 3 Mendoza @America/Argentina/Mendoza
BRC -41.151 -71.158 3 Bariloche @America/Argentina/Salta
IGR -25.737 -54.473 3 Iguazu @America/Argentina/Cordoba
SLA -24.856 -65.486 2 Salta @America/Argentina/Salta
ROS -32.904 -60.785 1 Rosario @America/Argentina/Cordoba
USH -54.843 -68.296 2 Ushuaia @America/Argentina/Ushuaia
FTE -50.280 -72.053 2 El Calafate @America/Argentina/Rio_Gallegos
TUC -26.841 -65.105 1 Tucuman @America/Argentina/Tucuman
MDQ -37.934 -57.573 1 Mar del Plata
= UY America/Montevideo Uruguay
MVD -34.838 -56.031 3 Montevideo
PDP -34.855 -55.094 1 Punta del Este
= PY America/Asuncion Paraguay
ASU -25.240 -57.519 2 Asuncion
= BR America/Sao_Paulo Brazil
GRU/SAO -23.432 -46.470 8 Sao Paulo | Guarulhos
CGH/SAO -23.626 -46.656 6 Sao Paulo | Congonhas
VCP/SAO -23.007 -47.135 5 Sao Paulo | Campinas
GIG/RIO -22.810 -43.251 6 Rio de Janeiro | Galeao
SDU/RIO -22.910 -43.163 4 Rio de Janeiro | Santos Dumont
BSB -15.869 -47.921 6 Brasilia
CNF/BHZ -19.634 -43.969 5 Belo Horizonte | Confins
POA -29.994 -51.171 4 Porto Alegre
CWB -25.528 -49.176 4 Curitiba
FLN -27.670 -48.553 4 Florianopolis
SSA -12.911 -38.331 5 Salvador @America/Bahia
REC -8.126 -34.923 5 Recife @America/Recife
FOR -3.776 -38.533 5 Fortaleza @America/Fortaleza
NAT -5.768 -35.366 3 Natal @America/Fortaleza
MCZ -9.511 -35.792 2 Maceio @America/Maceio
BEL -1.379 -48.476 3 Belem @America/Belem
MAO -3.039 -60.050 3 Manaus @America/Manaus
CGB -15.653 -56.117 2 Cuiaba @America/Cuiaba
GYN -16.632 -49.221 3 Goiania
VIX -20.258 -40.286 3 Vitoria
IGU -25.600 -54.485 2 Foz do Iguacu
BPS -16.439 -39.081 2 Porto Seguro @America/Bahia
SLZ -2.585 -44.234 2 Sao Luis @America/Fortaleza
`;
