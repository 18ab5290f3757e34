window.YTD.tweets.part0 = [
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1670760560112697346"
          ],
          "editableUntil": "2023-06-19T12:18:53.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://x.example/web\" rel=\"nofollow\">Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "57"
      ],
      "favorite_count": "28",
      "id_str": "1670760560112697346",
      "truncated": false,
      "retweet_count": "5",
      "id": "1670760560112697346",
      "created_at": "Mon Jun 19 11:48:53 +0000 2023",
      "favorited": false,
      "full_text": "A week without this thing. Talk to you on the other side.",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1630589177089228801"
          ],
          "editableUntil": "2023-02-28T15:52:09.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://x.example/web\" rel=\"nofollow\">Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [
          {
            "name": "The Averell Packet",
            "screen_name": "averellpacket",
            "indices": [
              "0",
              "14"
            ],
            "id_str": "90000031007",
            "id": "90000031007"
          }
        ],
        "urls": []
      },
      "display_text_range": [
        "0",
        "63"
      ],
      "favorite_count": "23",
      "id_str": "1630589177089228801",
      "truncated": false,
      "retweet_count": "4",
      "id": "1630589177089228801",
      "created_at": "Tue Feb 28 15:22:09 +0000 2023",
      "favorited": false,
      "full_text": "@averellpacket Read the minutes &amp; you will see it for yourself.",
      "lang": "en",
      "in_reply_to_screen_name": "averellpacket",
      "in_reply_to_user_id_str": "90000031007",
      "in_reply_to_user_id": "90000031007"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1630583690683744256"
          ],
          "editableUntil": "2023-02-28T15:30:21.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://x.example/web\" rel=\"nofollow\">Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "112"
      ],
      "favorite_count": "18",
      "id_str": "1630583690683744256",
      "truncated": false,
      "retweet_count": "3",
      "id": "1630583690683744256",
      "created_at": "Tue Feb 28 15:00:21 +0000 2023",
      "favorited": false,
      "full_text": "The inspection of the north pier was put off twice, by the commission, in writing. Somebody should ask them why.",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1577754590248435714"
          ],
          "editableUntil": "2022-10-05T20:46:22.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://x.example/web\" rel=\"nofollow\">Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [
          {
            "name": "Meridian Harbour Trust",
            "screen_name": "meridianharbour",
            "indices": [
              "3",
              "19"
            ],
            "id_str": "90000014800",
            "id": "90000014800"
          }
        ],
        "urls": []
      },
      "display_text_range": [
        "0",
        "76"
      ],
      "favorite_count": "13",
      "id_str": "1577754590248435714",
      "truncated": false,
      "retweet_count": "2",
      "id": "1577754590248435714",
      "created_at": "Wed Oct 05 20:16:22 +0000 2022",
      "favorited": false,
      "full_text": "RT @meridianharbour: Nobody who has stood under that pier thinks it is safe.",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1577646200788615169"
          ],
          "editableUntil": "2022-10-05T13:35:40.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://x.example/web\" rel=\"nofollow\">Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": [
          {
            "url": "https://t.example/pf01",
            "expanded_url": "https://pierfacts.example/north-pier",
            "display_url": "pierfacts.example/north-pier",
            "indices": [
              "80",
              "102"
            ]
          }
        ]
      },
      "display_text_range": [
        "0",
        "102"
      ],
      "favorite_count": "8",
      "id_str": "1577646200788615169",
      "truncated": false,
      "retweet_count": "1",
      "id": "1577646200788615169",
      "created_at": "Wed Oct 05 13:05:40 +0000 2022",
      "favorited": false,
      "full_text": "Worth ten minutes of your time: what the north pier looks like from underneath. https://t.example/pf01",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1574526997311258624"
          ],
          "editableUntil": "2022-09-26T23:01:04.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://x.example/web\" rel=\"nofollow\">Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "113"
      ],
      "favorite_count": "3",
      "id_str": "1574526997311258624",
      "truncated": false,
      "retweet_count": "0",
      "id": "1574526997311258624",
      "created_at": "Mon Sep 26 22:31:04 +0000 2022",
      "favorited": false,
      "full_text": "Senator Marchbank's surgery at the fish hall is moved to Thursday. Bring the parking tickets, she reads them all.",
      "lang": "en"
    }
  }
]
