/** What people call places beside their name: `CODE: name, name`. Lower case without accents; a code may stand twice for namesakes only through its own name. */
export const aliases = `
LON: londres, londra, london england, london uk, greater london
PAR: parigi, paris france, paname
NYC: nyc, new york city, big apple, manhattan, nueva york, ny, new york ny
TYO: tokio, tokyo japan
OSA: kyoto, kioto
MIL: milano, mailand
ROM: roma, rom, rome italy
CHI: chicago il, chicagoland
WAS: washington dc, washington d.c., d.c., dc
BUE: bs as, baires
SAO: sampa, sao paolo, san pablo
RIO: rio
MOW: moskau, moscu, moskva
LED: st petersburg, st. petersburg, sankt petersburg, san petersburgo, leningrad
STO: estocolmo
OSL: oslo norway
SEL: seul
BJS: peking, pekin
SHA: xangai
YTO: toronto canada
YMQ: montreal canada
BER: berlim, berlin germany
MUC: muenchen, munchen, monaco di baviera
CGN: koeln, koln, colonia, bonn
FRA: frankfurt am main, francfort, francoforte
NUE: nuernberg, nurnberg
DUS: duesseldorf
HAJ: hannover
STR: stoccarda
HAM: hamburgo, amburgo
VIE: wien, viena
ZRH: zuerich
GVA: genf, geneve, ginebra, ginevra
BSL: basle, mulhouse, bale, basilea, freiburg
BRU: bruxelles, bruselas, brussel
AMS: amsterdam netherlands, a'dam
CPH: kobenhavn, copenhague, copenaghen, kopenhagen
GOT: goteborg
HEL: helsinqui
WAW: warszawa, varsovia, varsavia, warschau
KRK: cracow, cracovia, krakau
GDN: danzig
WRO: breslau
PRG: praha, praga, prag
BUD: budapeste
BUH: bucuresti, bucarest
SOF: sofiya
BEG: beograd, belgrado
ATH: athina, atenas, atene, athen
SKG: salonica, saloniki
HER: crete, kreta, iraklion
RHO: rodos
CFU: kerkyra
JTR: thira, santorin
LCA: larnaka, nicosia
IST: constantinople, estambul, istanbul turkey
IEV: kiev
KIV: kishinev
LIS: lisboa, lissabon, lisbonne, lisbona
OPO: oporto
FAO: algarve
FNC: madeira
PDL: azores, sao miguel
MAD: madrid spain
BCN: barcelona spain, barna, barcelone
PMI: palma, mallorca, majorca, palma mallorca
AGP: malaga spain, costa del sol
SVQ: sevilla
VLC: valencia spain
ODB: cordoba spain
IBZ: eivissa
MAH: minorca, mahon
LPA: gran canaria
TCI: tenerife south
TFN: tenerife norte
TFS: tenerife sur, los cristianos
ACE: arrecife
SCQ: santiago spain, santiago compostela, santiago
EAS: donostia
LCG: la coruna
OVD: asturias
FLR: firenze, florencia, florenz, florence italy
VCE: venezia, venedig, venecia, venise
NAP: napoli, neapel, amalfi
TRN: torino
GOA: genova, genua
PSA: tuscany
BRI: puglia
CAG: sardinia
PMO: sicily
MRS: marsella, marseilles
NCE: niza, nizza, cannes, cote d'azur
LYS: lyons
TLS: tolosa
BOD: burdeos
SXB: strassburg
DUB: dublin ireland
EDI: edinburgh scotland, edimburgo
BHX: birmingham england, birmingham uk
MAN: manchester england, manchester uk
BFS: belfast northern ireland
NCL: newcastle upon tyne
EMA: derby, leicester
REK: reykjavik iceland
NYO: skavsta
DFW: dallas fort worth, fort worth, dallas texas
HOU: houston texas
LAX: la, l.a., los angeles california, hollywood
SFO: sf, san fran, frisco
SJC: san jose california, silicon valley
SJO: san jose costa rica
SJD: los cabos, cabo san lucas, cabo
ORL: orlando florida, disney world
MIA: miami florida, miami beach
FLL: ft lauderdale
LAS: vegas
MSY: nola
PHL: philly
BOS: boston massachusetts
ATL: atlanta georgia
DEN: denver colorado
STL: st louis, saint louis
MSP: minneapolis st paul, st paul, saint paul
PDX: portland oregon, portland or
PWM: portland maine, portland me
BHM: birmingham alabama
MHT: manchester new hampshire, manchester nh
MLB: melbourne florida
YQY: sydney nova scotia
YXU: london ontario, london canada
YVR: vancouver canada, vancouver bc
YYJ: victoria bc, victoria canada
SEZ: victoria, seychelles mahe
YQB: quebec, quebec canada
YYT: st johns, saint john's
YOW: ottawa canada
AEX: alexandria louisiana
ALY: alexandria egypt, borg el arab
HNL: oahu, waikiki
OGG: maui
KOA: big island, kailua-kona
LIH: kauai
MEX: cdmx, ciudad de mexico, mexico df
CUN: riviera maya, playa del carmen, tulum
HAV: la habana, habana
SDQ: santo domingo dominican republic
STI: santiago dominican republic, santiago
PUJ: bavaro
SCL: santiago chile, santiago de chile
COR: cordoba argentina
VLN: valencia venezuela
LIR: guanacaste
BRC: san carlos de bariloche
IGR: iguazu falls, puerto iguazu
IGU: foz, iguacu falls
FTE: calafate
BSB: brasilia brazil
CUZ: cuzco, machu picchu
GPS: galapagos islands
SRZ: santa cruz de la sierra
MVD: montevideo uruguay
DXB: dubai uae
SHJ: sharjah uae
CAI: el cairo, le caire, il cairo, kairo
RAK: marrakech, marrakesch
TNG: tanger, tangiers
FEZ: fez
CAS: casablanca morocco
JED: jiddah, mecca
MED: medinah
TLV: telaviv, tel-aviv
JNB: joburg, jozi
CPT: capetown, kaapstad, ciudad del cabo
PLZ: port elizabeth
MQP: nelspruit, kruger park
EBB: kampala
DAR: daressalaam
JRO: arusha, moshi
ZNZ: unguja
DEL: new delhi, nueva delhi
BOM: bombay
BLR: bangalore
MAA: madras
CCU: calcutta
COK: cochin
TRV: trivandrum
CCJ: calicut
GOI: panaji, goa india
VNS: benares
DAC: dacca
CGP: chittagong
RGN: rangoon
SGN: saigon, ho chi minh, hcmc
DPS: denpasar, ubud, kuta
JKT: djakarta
JOG: jogja, jogjakarta
KUL: kl
KCH: sarawak
MPH: boracay island
KHI: karachi pakistan
MLE: maldives male
CMB: colombo sri lanka
TPE: taipeh
OKA: naha
SPK: hokkaido
SIA: xian
CAN: canton
HKG: hongkong, hk
MFM: macao
SIN: singapur, singapore city
BKK: bangkok thailand, krung thep
UTP: pattaya
NHA: cam ranh
SYD: sydney australia
MEL: melbourne australia
OOL: surfers paradise
AYQ: ayers rock
NAN: fiji nadi
PPT: tahiti
ZQN: queenstown new zealand
MRU: port louis
RUN: reunion
NQZ: nur-sultan
ALA: alma-ata
`;
